import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ClusterLayout } from "@timonier/control-plane/layout";
import { agentPort, type ClusterRecord, serverOf } from "@timonier/control-plane/record";
import type { ClusterTools } from "@timonier/control-plane/tools";
import { endProcess, startDaemon } from "@timonier/kit/daemon";
import { loader } from "@timonier/kit/state-folder";
import writeFileAtomic from "write-file-atomic";
import { findProcesses } from "./cluster-processes.js";

/** What the runtime agent reads when it starts. */
export interface AgentConfig {
  readonly server: string;
  readonly tools: ClusterTools;
  /** Port of the node's logs. */
  readonly logPort: number;
  /** Ports that it must not give to a container. */
  readonly reservedPorts: readonly number[];
}

/** The configuration of the runtime agent's last start; undefined when it is missing or unreadable. */
export function readAgentConfig(layout: ClusterLayout): AgentConfig | undefined {
  try {
    return JSON.parse(readFileSync(layout.agentConfig, "utf8")) as AgentConfig;
  } catch {
    return undefined;
  }
}

/** Starts the runtime agent unless it runs with this configuration. It keeps the containers that run. */
export async function startAgent(layout: ClusterLayout, tools: ClusterTools, record: ClusterRecord): Promise<void> {
  mkdirSync(layout.pods, { recursive: true, mode: 0o700 });
  const config: AgentConfig = {
    server: serverOf(record),
    tools,
    logPort: record.ports[agentPort] ?? 0,
    reservedPorts: Object.values(record.ports),
  };
  const text = JSON.stringify(config, undefined, 2);
  const before = existsSync(layout.agentConfig) ? readFileSync(layout.agentConfig, "utf8") : undefined;
  const running = findProcesses(layout).agents;
  if (before === text && running.length > 0) return;
  await Promise.all(running.map((one) => endProcess(one)));
  for (const file of [layout.agentReady, layout.agentPid]) rmSync(file, { force: true });
  writeFileAtomic.sync(layout.agentConfig, text, { mode: 0o600 });
  const script = fileURLToPath(new URL("./agent/main.ts", import.meta.url));
  startDaemon({
    command: process.execPath,
    args: ["--max-old-space-size=96", loader, script, layout.dir],
    env: { PATH: process.env.PATH, LANG: "C.UTF-8" },
    cwd: layout.agent,
    pidFile: layout.agentPid,
    logFile: layout.agentLog,
  });
}
