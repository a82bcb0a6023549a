import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster.js";
import { kubernetesProvider } from "./kubernetes-provider.js";

/** The fields of a cluster that depend on its kind. */
type OwnFields = Pick<Cluster, "kind" | "name" | "identity" | "kubernetesVersion"> &
  Partial<Pick<Cluster, "startedAt" | "receiver" | "ownerAnnotations" | "cloud" | "supervise">>;

/** A cluster that the stack creates and deletes. */
export interface OwnedClusterArgs extends OwnFields {
  /** The cluster itself: deleting it deletes everything in it. */
  readonly resource: pulumi.Resource;
  readonly kubeconfig: pulumi.Input<string>;
  /** What has to exist as long as objects in the cluster do. @default only the cluster */
  readonly usable?: pulumi.Resource[];
  /** See {@link kubernetesProvider}. @default true */
  readonly deleteUnreachable?: boolean;
}

/** What the rest of the program knows of a cluster that the stack owns, whatever its kind. */
export function ownedCluster(args: OwnedClusterArgs): Cluster {
  const { resource, usable, deleteUnreachable, ...fields } = args;
  const kubeconfig = pulumi.secret(args.kubeconfig);
  const opts = { deletedWith: resource, ...(usable && { dependsOn: usable }) };
  return {
    // A new cluster has no preexisting objects, so the stack's own need no owner annotation.
    ownerAnnotations: {},
    preexisting: new Set(),
    receiver: undefined,
    ...fields,
    kubeconfig,
    owned: resource,
    provider: kubernetesProvider(kubeconfig, args.identity, opts, deleteUnreachable),
  };
}
