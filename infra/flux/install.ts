import { ConfigGroup } from "@pulumi/kubernetes/yaml/v2/configGroup.js";
import * as pulumi from "@pulumi/pulumi";

/** Manifests that are applied once. */
export interface InstallOnceArgs {
  /** YAML, any number of documents. Empty: nothing is left to apply. */
  readonly manifests: string;
  /** Annotations for every object. */
  readonly mark: Readonly<Record<string, string>>;
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
    super(
      "timonier:flux:InstallOnce",
      name,
      {},
      {
        ...opts,
        transforms: [...(opts?.transforms ?? []), leaveToGit(args.mark)],
      },
    );
    // All of it may be there already.
    if (args.manifests === "") this.installed = pulumi.output(true);
    else {
      const objects = new ConfigGroup(`${name}-objects`, { yaml: args.manifests, skipAwait: true }, { parent: this });
      this.installed = objects.urn;
    }
    this.registerOutputs({});
  }
}

const OWNED_BY_GIT = ["metadata", "spec", "data", "stringData", "rules", "roleRef", "subjects", "webhooks"];

const leaveToGit =
  (mark: InstallOnceArgs["mark"]): pulumi.ResourceTransform =>
  ({ custom, type, props, opts }) => {
    if (!custom || !type.startsWith("kubernetes:")) return undefined;
    const { metadata } = props;
    return {
      props: { ...props, metadata: { ...metadata, annotations: { ...metadata?.annotations, ...mark } } },
      opts: pulumi.mergeOptions(opts as pulumi.CustomResourceOptions, { ignoreChanges: OWNED_BY_GIT }),
    };
  };
