import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import type { ResourceArgs } from "../shape.js";
import { embeddedClusterShape } from "./schema.js";

/** Which stack's cluster. */
export type EmbeddedClusterArgs = ResourceArgs<typeof embeddedClusterShape>;

/** The control plane, node and runtime agent on this machine; the timonier plugin starts and ends them. */
export class EmbeddedCluster extends OwnResource<typeof embeddedClusterShape> {
  /** UID of namespace kube-system: another value is another cluster. */
  declare readonly identity: pulumi.Output<string>;
  /** Secret. */
  declare readonly kubeconfig: pulumi.Output<string>;
  /** `v1.36.3` */
  declare readonly kubernetesVersion: pulumi.Output<string>;
  /** URL of Flux's webhook receiver for programs on this machine. */
  declare readonly receiver: pulumi.Output<string>;
  /** Time of the last start after a stop: ISO 8601. @default the cluster was never stopped */
  declare readonly startedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: EmbeddedClusterArgs, opts?: pulumi.CustomResourceOptions) {
    super(embeddedClusterShape, name, args, opts);
  }
}
