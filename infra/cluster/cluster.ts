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
  /** Another value is another cluster; a new kubeconfig of the same cluster keeps the value. */
  readonly identity: pulumi.Output<string>;
  /** The only provider of in-cluster objects: Pulumi's default provider would use the machine's own kubeconfig. */
  readonly provider: kubernetes.Provider;
  /** Server version: `v1.36.3`. */
  readonly kubernetesVersion: pulumi.Output<string>;
  /** Time of the last start after a stop, by this program: ISO 8601. @default the cluster was never stopped */
  readonly startedAt?: pulumi.Output<string | undefined>;
  /**
   * The cluster itself, if the stack owns it: in-cluster objects are deleted with it and not one by one. undefined: the
   * cluster stays, so its objects are deleted first.
   */
  readonly owned: pulumi.Resource | undefined;
  /** URL of Flux's webhook receiver for programs on this machine. undefined: the cluster is elsewhere. */
  readonly receiver: pulumi.Output<string> | undefined;
  /**
   * Annotations on the objects that the stack creates. With any, the stack drains the cluster
   * before it deletes Flux: either the cluster stays, or what it created outside itself (load
   * balancers, disks) has to be deleted before it.
   */
  readonly ownerAnnotations: Readonly<Record<string, string>>;
  /**
   * Where to ask whether the cluster exists if its API server does not answer: load balancers and
   * disks that it created in the cloud have to be deleted before it.
   *
   * @default only the API server is asked
   */
  readonly cloud?: CloudCluster;
  /** Names (see refName) of preexisting objects: not changed where Git owns them, and never deleted. */
  readonly preexisting: ReadonlySet<string>;
  /**
   * Restarts the cluster's processes when they die, until the signal; fails when that does not help.
   *
   * @default they are not on this machine, or not the stack's
   */
  readonly supervise?: (options: SuperviseOptions) => Promise<void>;
}

/** Annotation on the objects that a stack creates in a cluster that it may share; its value is the cluster's name. */
export const OWNER_ANNOTATION = "timonier/cluster";
