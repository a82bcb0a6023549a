import * as pulumi from "@pulumi/pulumi";
import type { CloudCluster } from "../../cluster/cluster.js";

/** Which cluster, and whose Flux in it. */
export interface DrainArgs {
  readonly kubeconfig: pulumi.Input<string>;
  /** What the stack's objects are marked with. */
  readonly cluster: string;
  /** Longest wait for what Flux drives to go, in milliseconds. */
  readonly timeout: number;
  /** Where to ask whether a cluster is there that does not answer. @default nothing but the cluster tells */
  readonly cloud?: CloudCluster;
}

/**
 * Nothing but an end: before Flux is deleted from a cluster that stays, what Flux drives is taken away by Flux itself,
 * and waited for. Flux's own components and what was there before are not touched.
 */
export class Drain extends pulumi.CustomResource {
  constructor(name: string, args: DrainArgs, opts: pulumi.CustomResourceOptions) {
    super(
      "timonier:flux:Drain",
      name,
      { ...args, kubeconfig: pulumi.secret(args.kubeconfig), identity: undefined },
      opts,
    );
  }
}
