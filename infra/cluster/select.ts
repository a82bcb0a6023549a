import type { PlatformConfig } from "../config.js";
import type { Cluster } from "./cluster.js";
import { embeddedCluster } from "./embedded.js";

/** The cluster that the configuration asks for: the only place that knows kinds. */
export function createCluster(config: PlatformConfig): Cluster {
  switch (config.cluster.kind) {
    case "embedded":
      return embeddedCluster(config.cluster.name, config.stack);
  }
}
