import type { PlatformConfig } from "../config.js";
import type { Cluster } from "./cluster.js";
import { embeddedCluster } from "./embedded.js";
import type { WantedInCluster } from "./existing/facts.js";

/**
 * The cluster that the configuration asks for: the only place that knows kinds.
 *
 * @throws UserError for a cluster that is there, the first thing that has to be mended beforehand
 */
export async function connectCluster(config: PlatformConfig, wanted: () => WantedInCluster): Promise<Cluster> {
  switch (config.cluster.kind) {
    case "embedded":
      return embeddedCluster(config.cluster.name, config.stack);
    case "eks": {
      // Large, and loaded by the stacks that use it alone.
      const [{ eksCluster }, { prepareEks }] = await Promise.all([import("./eks/eks.js"), import("./eks/prepare.js")]);
      const { name } = config.cluster;
      return eksCluster(name, config.cluster, await prepareEks(name, config.cluster));
    }
    case "minikube": {
      const { minikubeCluster } = await import("./minikube/minikube.js");
      return minikubeCluster(config.stack, config.cluster, wanted);
    }
    case "existing": {
      const { existingCluster } = await import("./existing/existing.js");
      return existingCluster(config.stack, config.cluster, wanted());
    }
  }
}
