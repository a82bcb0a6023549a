import { StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import { EmbeddedCluster } from "../../resources/embedded-cluster/resource.js";
import type { Cluster } from "../cluster.js";
import type { PrepareContext } from "../cluster-kind.js";
import { ownedCluster } from "../owned-cluster.js";

/** A cluster on this machine: real control plane and real Flux controllers, simulated containers. */
export function embeddedCluster(
  name: string,
  { stack, imageAutomation }: Pick<PrepareContext, "stack" | "imageAutomation">,
): Cluster {
  const cluster = new EmbeddedCluster("cluster", { stack, ...(imageAutomation && { imageAutomation }) });
  return ownedCluster({
    kind: "embedded",
    name,
    resource: cluster,
    kubeconfig: cluster.kubeconfig,
    identity: cluster.identity,
    kubernetesVersion: cluster.kubernetesVersion,
    startedAt: cluster.startedAt,
    receiver: cluster.receiver,
    supervise: async (options) => {
      // Imported by updates only: a preview starts no process.
      const { supervise } = await import("@timonier/cluster-simulator/supervisor/supervise");
      await supervise(stackClusterFolder(new StateFolder(), stack), options);
    },
  });
}
