import type { ClusterLayout } from "@timonier/control-plane/layout";
import type { ClusterTools } from "@timonier/control-plane/tools";
import type { KubeApi } from "@timonier/kit/kube-api";
import type { HostPorts } from "./host-ports.js";

/** What every part of the agent shares. */
export interface AgentContext {
  readonly api: KubeApi;
  readonly layout: ClusterLayout;
  readonly tools: ClusterTools;
  readonly ports: HostPorts;
  readonly log: (line: string) => void;
}
