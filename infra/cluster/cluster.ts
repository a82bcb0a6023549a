import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { SuperviseOptions } from "@timonier/cluster-simulator/supervisor/supervise";
import type { CloudCluster } from "./cloud.js";

/** What the rest of the program knows of a cluster, whatever its kind. */
export interface Cluster {
  /** A name in infra/cluster/kinds.ts. An output of the stack: commands look it up there. */
  readonly kind: string;
  /** Its folder below `clusters/` in the setup repository, and part of its tokens' names. */
  readonly name: string;
  /** Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Another value is another cluster; a new kubeconfig has the same. */
  readonly identity: pulumi.Output<string>;
  /** The only provider that in-cluster objects are made with; default ones are not used. */
  readonly provider: kubernetes.Provider;
  /** Server version: `v1.36.3`. */
  readonly kubernetesVersion: pulumi.Output<string>;
  /** When this program last started a cluster that had been stopped: ISO 8601. @default it never did */
  readonly startedAt?: pulumi.Output<string | undefined>;
  /**
   * The cluster itself, where the stack owns it: in-cluster objects are deleted with it instead of one by one.
   * undefined: the cluster stays, so they are deleted first.
   */
  readonly owned: pulumi.Resource | undefined;
  /** Address of Flux's webhook receiver for programs on this machine. undefined: the cluster is elsewhere. */
  readonly receiver: pulumi.Output<string> | undefined;
  /**
   * Annotations that tell what this stack made from what others did. Where there are any, what Flux drives is taken away
   * before Flux is: the cluster stays, or what it made outside of itself (load balancers, disks) has to go first.
   */
  readonly ownerAnnotations: Readonly<Record<string, string>>;
  /**
   * Where to ask whether the cluster is there when its API server does not answer: load balancers and disks that it made in
   * the cloud have to go before it does.
   *
   * @default nothing but the API server tells
   */
  readonly cloud?: CloudCluster;
  /** Names (see refName) of objects that were there before: not changed where Git owns them, and never deleted. */
  readonly preexisting: ReadonlySet<string>;
  /**
   * Starts the cluster's processes again when they die, until the signal; fails when that does not help.
   *
   * @default they are not on this machine, or not the stack's
   */
  readonly supervise?: (options: SuperviseOptions) => Promise<void>;
}

/** Annotation on what a stack made, where it has to be told from what others did; its value is the cluster's name. */
export const OWNER_ANNOTATION = "timonier/cluster";
