import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster.js";

interface EmbeddedClusterArgs {
  /** Stack whose state folder holds the cluster. */
  readonly stack: string;
}

/** The control plane, node and runtime agent on this machine; the timonier plugin starts and ends them. */
class EmbeddedCluster extends pulumi.CustomResource {
  /** UID of namespace kube-system: another value is another cluster. */
  declare readonly identity: pulumi.Output<string>;
  declare readonly kubeconfig: pulumi.Output<string>;
  declare readonly kubernetesVersion: pulumi.Output<string>;
  declare readonly receiver: pulumi.Output<string>;

  constructor(name: string, args: EmbeddedClusterArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "timonier:embedded:Cluster",
      name,
      { ...args, identity: undefined, kubeconfig: undefined, kubernetesVersion: undefined, receiver: undefined },
      pulumi.mergeOptions({ additionalSecretOutputs: ["kubeconfig"] }, opts),
    );
  }
}

/** A cluster on this machine: real control plane and real Flux controllers, simulated containers. */
export function embeddedCluster(name: string, stack: string): Cluster {
  const cluster = new EmbeddedCluster("cluster", { stack });
  const provider = new Provider(
    "kubernetes",
    {
      kubeconfig: cluster.kubeconfig,
      // What tells a new cluster from a renewed kubeconfig: only then are in-cluster objects made anew.
      clusterIdentifier: cluster.identity,
      deleteUnreachable: true,
      // A renewed token changes the Secret in place: a new Secret would leave its readers without one.
      enableSecretMutable: true,
    },
    { deletedWith: cluster },
  );
  return {
    name,
    kubeconfig: cluster.kubeconfig,
    provider,
    kubernetesVersion: cluster.kubernetesVersion,
    owned: cluster,
    receiver: cluster.receiver,
  };
}
