import { ConfigGroup } from "@pulumi/kubernetes/yaml/v2/configGroup.js";
import * as pulumi from "@pulumi/pulumi";

/** Manifests that are applied once. */
export interface InstallOnceArgs {
  /** YAML, any number of documents. */
  readonly manifests: string;
}

/**
 * Applies manifests that Git owns from then on: a later change to them is Git's to make, and is left alone here.
 *
 * Does not wait for readiness: the delivery is awaited as a whole, in the words of Flux's conditions.
 */
export class InstallOnce extends pulumi.ComponentResource {
  /** Known once every object is applied. */
  readonly installed: pulumi.Output<unknown>;

  constructor(name: string, args: InstallOnceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:flux:InstallOnce", name, {}, { ...opts, transforms: [...(opts?.transforms ?? []), leaveToGit] });
    const objects = new ConfigGroup(`${name}-objects`, { yaml: args.manifests, skipAwait: true }, { parent: this });
    this.installed = objects.urn;
    this.registerOutputs({});
  }
}

const OWNED_BY_GIT = ["metadata", "spec", "data", "stringData", "rules", "roleRef", "subjects", "webhooks"];

const leaveToGit: pulumi.ResourceTransform = ({ custom, type, props, opts }) =>
  custom && type.startsWith("kubernetes:")
    ? { props, opts: pulumi.mergeOptions(opts as pulumi.CustomResourceOptions, { ignoreChanges: OWNED_BY_GIT }) }
    : undefined;
