import { Provider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The provider of one cluster's objects.
 *
 * @param identity what tells a new cluster from a renewed kubeconfig: only then are in-cluster objects made anew
 * @param deleteUnreachable whether objects of a cluster that does not answer leave the state. Not where a cloud can tell
 *   whether the cluster is there: expired credentials would make a refresh forget every object
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
      // A cluster that is gone must not keep a stack from ending.
      deleteUnreachable,
      // A renewed token changes the Secret in place: a new Secret would leave its readers without one.
      enableSecretMutable: true,
    },
    opts,
  );
}
