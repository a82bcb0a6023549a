import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "./manifests.js";

/** Manifests that are applied once. */
export interface InstallOnceArgs {
  /** May be empty: objects that were there before the stack are left out. */
  readonly manifests: readonly Manifest[];
  /** Annotations that every object gets. */
  readonly ownerAnnotations: Readonly<Record<string, string>>;
}

/** Fields that Git owns after the installation. */
const OWNED_BY_GIT = ["metadata", "spec", "data", "stringData", "rules", "roleRef", "subjects", "webhooks"];

/** Kinds that other objects need: created before those. */
const FIRST = new Set(["Namespace", "CustomResourceDefinition"]);

/**
 * Applies manifests once. Git owns them afterwards, so later changes are ignored here.
 *
 * Does not wait until they are ready: await-delivery.ts waits for all of them and reports Flux's
 * conditions.
 */
export class InstallOnce extends pulumi.ComponentResource {
  /** Known once every object is applied. */
  readonly installed: pulumi.Output<unknown>;

  constructor(name: string, args: InstallOnceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:flux:InstallOnce", name, {}, opts);
    if (args.manifests.length === 0) this.installed = pulumi.output(true);
    else this.installed = new InstalledObjects(`${name}-objects`, args, { parent: this }).applied;
    this.registerOutputs({});
  }
}

/**
 * The objects, each a resource of its own.
 *
 * Not a ConfigGroup of the Kubernetes provider: that asks the cluster first, so a preview without a
 * cluster would not show the objects.
 */
class InstalledObjects extends pulumi.ComponentResource {
  readonly applied: pulumi.Output<unknown>;

  constructor(name: string, { manifests, ownerAnnotations }: InstallOnceArgs, opts: pulumi.ComponentResourceOptions) {
    // Stacks made before this component had a type of its own have a ConfigGroup here.
    const aliases = [{ type: "kubernetes:yaml/v2:ConfigGroup" }];
    super("timonier:flux:InstalledObjects", name, {}, { ...opts, aliases });
    const annotations = { ...ownerAnnotations, "pulumi.com/skipAwait": "true" };
    const apply = (manifest: Manifest, dependsOn: pulumi.Resource[]) =>
      installedObject(name, manifest, annotations, { parent: this, dependsOn, ignoreChanges: OWNED_BY_GIT });
    const first = manifests.filter(({ kind }) => FIRST.has(kind)).map((one) => apply(one, []));
    const rest = manifests.filter(({ kind }) => !FIRST.has(kind)).map((one) => apply(one, first));
    this.applied = pulumi.all([...first, ...rest].map(({ urn }) => urn));
    this.registerOutputs({});
  }
}

/** An object of any kind. */
class InstalledObject extends pulumi.CustomResource {}

function installedObject(
  name: string,
  { apiVersion, kind, metadata, ...content }: Manifest,
  annotations: Readonly<Record<string, string>>,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const space = metadata.namespace ? `${metadata.namespace}/` : "";
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const marked = { ...metadata, annotations: { ...metadata.annotations, ...annotations } };
  return new InstalledObject(
    `kubernetes:${group}:${kind}`,
    `${name}:${space}${metadata.name}`,
    { ...content, apiVersion, kind, metadata: marked },
    opts,
  );
}
