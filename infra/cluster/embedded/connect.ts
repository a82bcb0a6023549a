import * as pulumi from "@pulumi/pulumi";
import { StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import { EmbeddedCluster } from "../../resources/embedded-cluster/resource.js";
import type { Cluster } from "../cluster.js";
import { kubernetesProvider } from "../kubernetes-provider.js";

/** A cluster on this machine: real control plane and real Flux controllers, simulated containers. */
export function embeddedCluster(name: string, stack: string): Cluster {
  const cluster = new EmbeddedCluster("cluster", { stack });
  const kubeconfig = pulumi.secret(cluster.kubeconfig);
  const provider = kubernetesProvider(kubeconfig, cluster.identity, { deletedWith: cluster });
  return {
    kind: "embedded",
    name,
    kubeconfig,
    identity: cluster.identity,
    provider,
    kubernetesVersion: cluster.kubernetesVersion,
    startedAt: cluster.startedAt,
    owned: cluster,
    receiver: cluster.receiver,
    mark: {},
    theirs: new Set(),
    supervise: async (options) => {
      // Loaded by updates alone: a preview starts nothing.
      const { supervise } = await import("@timonier/cluster-simulator/supervisor/supervise");
      await supervise(stackClusterFolder(new StateFolder(), stack), options);
    },
  };
}
