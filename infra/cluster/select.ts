import type { PlatformConfig } from "../config.js";
import { type Finding, stopAtFatal } from "../finding.js";
import type { Cluster } from "./cluster.js";
import type { EksFacts } from "./eks/facts.js";
import { embeddedCluster } from "./embedded/connect.js";
import type { WantedInCluster } from "./existing/facts.js";
import { inspectEngine, judgeEngine } from "./minikube/docker-host.js";
import { driverOf } from "./minikube/drivers.js";

/**
 * What has to be known of a cluster before anything at all is declared or changed, in GitLab least of all.
 *
 * @returns undefined for a kind that is examined when it is connected
 * @throws UserError the first problem to fix before `up`
 */
export async function prepareCluster(config: PlatformConfig): Promise<EksFacts | undefined> {
  stopAtFatal(await examineHostAddress(config));
  const { cluster } = config;
  if (cluster.kind !== "eks") return undefined;
  const { prepareEks } = await import("./eks/prepare.js");
  return prepareEks(cluster.name, cluster);
}

/** Whether pods of a Minikube cluster reach an embedded GitLab at the address that its driver stands for. */
export async function examineHostAddress({ cluster, gitlab }: PlatformConfig): Promise<Finding[]> {
  if (cluster.kind !== "minikube" || gitlab.kind !== "embedded") return [];
  if (gitlab.hostAddress !== driverOf(cluster.driver).hostAddress) return [];
  const finding = judgeEngine(await inspectEngine(cluster.driver));
  return finding ? [finding] : [];
}

/**
 * The cluster that the configuration asks for: the only place that knows kinds.
 *
 * @param prepared what {@link prepareCluster} found
 * @throws UserError for a cluster that is there, the first thing that has to be mended beforehand
 */
export async function connectCluster(
  config: PlatformConfig,
  wanted: () => WantedInCluster,
  prepared: EksFacts | undefined,
): Promise<Cluster> {
  switch (config.cluster.kind) {
    case "embedded":
      return embeddedCluster(config.cluster.name, config.stack);
    case "eks": {
      // Large, and loaded by the stacks that use it alone.
      const { eksCluster } = await import("./eks/connect.js");
      if (prepared === undefined) throw new TypeError("an EKS cluster is prepared first");
      return eksCluster(config.cluster.name, config.cluster, prepared);
    }
    case "minikube": {
      const { minikubeCluster } = await import("./minikube/connect.js");
      return minikubeCluster(config.stack, config.cluster, wanted);
    }
    case "existing": {
      const { existingCluster } = await import("./existing/connect.js");
      return existingCluster(config.stack, config.cluster, wanted());
    }
  }
}
