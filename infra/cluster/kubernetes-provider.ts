import { Provider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The provider of one cluster's objects.
 *
 * @param identity changes with the cluster and not with its kubeconfig: only another cluster
 *   recreates its objects
 * @param deleteUnreachable whether objects of a cluster that does not answer are removed from the
 *   state. Not where a cloud knows whether the cluster exists: with expired credentials a refresh
 *   would forget every object
 */
export function kubernetesProvider(
  kubeconfig: pulumi.Input<string>,
  identity: pulumi.Input<string>,
  opts?: pulumi.ResourceOptions,
  deleteUnreachable = true,
): Provider {
  return new Provider(
    "kubernetes",
    {
      kubeconfig,
      clusterIdentifier: identity,
      // An unreachable cluster must not block `destroy`.
      deleteUnreachable,
      // A renewed token updates the Secret in place: replacing the Secret would leave its readers
      // without one for a moment.
      enableSecretMutable: true,
    },
    opts,
  );
}
