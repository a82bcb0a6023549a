import { clusterToolNames, imageToolNames } from "@timonier/control-plane/tools";
import { type ClusterKind, LOOPBACK } from "../cluster-kind.js";
import { embeddedSettings } from "./settings.js";

/** A cluster on this machine, without containers. */
export const embeddedKind = {
  settings: embeddedSettings,
  tools: clusterToolNames,
  imageTools: imageToolNames,
  plugins: {},
  check: () => [],
  config: (_values: unknown, name: string) => ({ kind: "embedded" as const, name }),
  hostAddress: () => LOOPBACK,
  examine: async () => [],
  prepare: async ({ name }, { stack, imageAutomation }) => {
    const { embeddedCluster } = await import("./connect.js");
    return () => embeddedCluster(name, { stack, imageAutomation });
  },
  inspect: async (folder) => {
    const { inspectCluster } = await import("@timonier/cluster-simulator/lifecycle");
    return inspectCluster(folder);
  },
} satisfies ClusterKind<unknown, { readonly kind: "embedded"; readonly name: string }>;
