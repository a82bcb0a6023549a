import { Provider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The provider of one cluster's objects.
 *
 * @param identity what tells a new cluster from a renewed kubeconfig: only then are in-cluster objects made anew
 */
export function kubernetesProvider(
  kubeconfig: pulumi.Input<string>,
  identity: pulumi.Input<string>,
  opts?: pulumi.ResourceOptions,
): Provider {
  return new Provider(
    "kubernetes",
    {
      kubeconfig,
      clusterIdentifier: identity,
      // What was in a cluster that is gone is gone: it must not keep a stack from ending.
      deleteUnreachable: true,
      // A renewed token changes the Secret in place: a new Secret would leave its readers without one.
      enableSecretMutable: true,
    },
    opts,
  );
}
