import type { KubeApi } from "../../../core/kube-api.js";
import type { ClusterLayout } from "../layout.js";
import type { ClusterTools } from "../tools.js";
import type { HostPorts } from "./host-ports.js";

/** What every part of the agent shares. */
export interface AgentContext {
  readonly api: KubeApi;
  readonly layout: ClusterLayout;
  readonly tools: ClusterTools;
  readonly ports: HostPorts;
  readonly log: (line: string) => void;
}
