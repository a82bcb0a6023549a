import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import type { ResourceArgs } from "../shape.js";
import { minikubeProfileShape } from "./schema.js";

/** The profile as the stack wants it. */
export type MinikubeProfileArgs = ResourceArgs<typeof minikubeProfileShape>;

/** A profile that the stack creates, changes and deletes; the timonier plugin calls minikube. */
export class MinikubeProfile extends OwnResource<typeof minikubeProfileShape> {
  /** UID of namespace kube-system: another value is another cluster. */
  declare readonly identity: pulumi.Output<string>;
  /** Secret. */
  declare readonly kubeconfig: pulumi.Output<string>;
  /** `v1.35.1` */
  declare readonly kubernetesVersion: pulumi.Output<string>;
  /** Time of the last start after a stop: ISO 8601. @default the cluster was never stopped */
  declare readonly startedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: MinikubeProfileArgs, opts?: pulumi.CustomResourceOptions) {
    super(minikubeProfileShape, name, args, opts);
  }
}
