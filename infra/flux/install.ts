import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "./manifests.js";

/** Manifests that are applied once. */
export interface InstallOnceArgs {
  /** Empty: nothing is left to apply. */
  readonly manifests: readonly Manifest[];
  /** Annotations for every object. */
  readonly mark: Readonly<Record<string, string>>;
}

/** Later changes to these are Git's. */
const OWNED_BY_GIT = ["metadata", "spec", "data", "stringData", "rules", "roleRef", "subjects", "webhooks"];

/** What others are in, or are of: made before them. */
const FIRST = new Set(["Namespace", "CustomResourceDefinition"]);

/**
 * Applies manifests that Git owns from then on: a later change to them is Git's to make, and is left alone here.
 *
 * Does not wait for readiness: the delivery is awaited as a whole, in the words of Flux's conditions.
 */
export class InstallOnce extends pulumi.ComponentResource {
  /** Known once every object is applied. */
  readonly installed: pulumi.Output<unknown>;

  constructor(name: string, args: InstallOnceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:flux:InstallOnce", name, {}, opts);
    // All of it may be there already.
    if (args.manifests.length === 0) this.installed = pulumi.output(true);
    else this.installed = new Objects(`${name}-objects`, args, { parent: this }).applied;
    this.registerOutputs({});
  }
}

/**
 * The objects, under the names and the type that the provider's own ConfigGroup gives them. That one asks the cluster first, so
 * that a preview before there is a cluster would not show them.
 */
class Objects extends pulumi.ComponentResource {
  readonly applied: pulumi.Output<unknown>;

  constructor(name: string, { manifests, mark }: InstallOnceArgs, opts: pulumi.ComponentResourceOptions) {
    super("kubernetes:yaml/v2:ConfigGroup", name, {}, opts);
    const annotations = { ...mark, "pulumi.com/skipAwait": "true" };
    const make = (manifest: Manifest, dependsOn: pulumi.Resource[]) =>
      applied(name, manifest, annotations, { parent: this, dependsOn, ignoreChanges: OWNED_BY_GIT });
    const first = manifests.filter(({ kind }) => FIRST.has(kind)).map((one) => make(one, []));
    const rest = manifests.filter(({ kind }) => !FIRST.has(kind)).map((one) => make(one, first));
    this.applied = pulumi.all([...first, ...rest].map(({ urn }) => urn));
    this.registerOutputs({});
  }
}

/** Of whatever kind the manifest says. */
class Applied extends pulumi.CustomResource {}

function applied(
  name: string,
  { apiVersion, kind, metadata, ...content }: Manifest,
  annotations: Readonly<Record<string, string>>,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const space = metadata.namespace ? `${metadata.namespace}/` : "";
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const marked = { ...metadata, annotations: { ...metadata.annotations, ...annotations } };
  return new Applied(
    `kubernetes:${group}:${kind}`,
    `${name}:${space}${metadata.name}`,
    { ...content, apiVersion, kind, metadata: marked },
    opts,
  );
}
