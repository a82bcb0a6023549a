import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { components } from "@timonier/control-plane/components";
import type { ClusterLayout } from "@timonier/control-plane/layout";
import { processesOf } from "@timonier/control-plane/processes";
import { adminAccess, readRecord } from "@timonier/control-plane/record";
import type { ClusterTools } from "@timonier/control-plane/tools";
import { endProcess, type ProcessIdentity } from "@timonier/kit/daemon";
import { KubeApi } from "@timonier/kit/kube-api";
import type { ClusterInspection } from "./contract.js";

/** End of the path of the runtime agent's program. */
const agentScript = "/cluster/agent/main.ts";

/** Name of the runtime agent among the components. */
export const agentName = "runtime-agent";

/** The processes of one cluster. */
export interface ClusterProcesses {
  /** By the component's name; more than one only after an error. */
  readonly controlPlane: ReadonlyMap<string, readonly ProcessIdentity[]>;
  readonly agents: readonly ProcessIdentity[];
  /** Programs of pods. */
  readonly containers: readonly ProcessIdentity[];
}

/** Finds every process of the cluster, whatever the pid files contain. */
export function findProcesses(layout: ClusterLayout): ClusterProcesses {
  const controlPlane = new Map<string, ProcessIdentity[]>();
  const agents: ProcessIdentity[] = [];
  const containers: ProcessIdentity[] = [];
  for (const { identity, argv } of processesOf(layout.dir, agentScript)) {
    const program = argv[0] ?? "";
    if (argv.some((arg) => arg.endsWith(agentScript))) agents.push(identity);
    else if (program.startsWith(`${layout.programs}/`)) {
      const name = program.slice(layout.programs.length + 1);
      controlPlane.set(name, [...(controlPlane.get(name) ?? []), identity]);
    } else containers.push(identity);
  }
  return { controlPlane, agents, containers };
}

/** Names of the parts that do not run. */
export function missingParts(running: ClusterProcesses): string[] {
  const missing = components.filter(({ name }) => !running.controlPlane.has(name)).map(({ name }) => name);
  return running.agents.length === 0 ? [...missing, agentName] : missing;
}

/** @see inspectCluster */
export async function inspectParts(layout: ClusterLayout): Promise<ClusterInspection> {
  const running = findProcesses(layout);
  const missing = missingParts(running);
  const record = readRecord(layout);
  const nothingRuns = missing.length === components.length + 1;
  if (!record && nothingRuns) return { state: "absent", missing };
  if (nothingRuns) return { state: "stopped", missing };
  const access = record && adminAccess(layout, record);
  if (!access) return { state: "degraded", missing };
  const api = new KubeApi(access);
  const ready = !missing.includes("kube-apiserver") && (await api.isReady(1_000));
  api.close();
  if (!ready) missing.push("readyz");
  return { state: missing.length === 0 ? "running" : "degraded", missing };
}

/**
 * Ends all processes: the agent first, so that it restarts nothing, then what talks to the API
 * server, then that and etcd.
 *
 * @param grace milliseconds that each has to end by itself; 0 kills at once
 */
export async function stopProcesses(layout: ClusterLayout, grace: number): Promise<void> {
  // Twice: the agent may have started a container while it was being ended.
  for (let round = 0; round < 2; round++) {
    const running = findProcesses(layout);
    await endAll(running.agents, Math.min(grace, 5_000));
    const of = (name: string) => running.controlPlane.get(name) ?? [];
    const clients = components.slice(2).flatMap(({ name }) => of(name));
    await endAll([...running.containers, ...clients], grace);
    await endAll(of("kube-apiserver"), grace);
    await endAll(of("etcd"), grace);
  }
  for (const file of [layout.agentPid, layout.agentReady]) rmSync(file, { force: true });
  rmSync(layout.pids, { recursive: true, force: true });
}

async function endAll(processes: readonly ProcessIdentity[], grace: number): Promise<void> {
  await Promise.all(
    processes.map(async (one) => {
      await endProcess(one, grace);
      // Its last threads may hold its ports for a moment longer.
      for (const end = performance.now() + 2_000; threadsOf(one.pid) > 1 && performance.now() < end; ) await sleep(10);
    }),
  );
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

/**
 * Corrects kwokctl's pid files, because kwokctl takes any process with such a number for its
 * component, and lets its links point to the programs in use now.
 */
export function tellKwokctl(layout: ClusterLayout, tools: ClusterTools, running: ClusterProcesses): void {
  mkdirSync(layout.pids, { recursive: true, mode: 0o750 });
  for (const file of readdirSync(layout.pids)) rmSync(join(layout.pids, file));
  for (const { name, tool } of components) {
    const pid = running.controlPlane.get(name)?.[0]?.pid;
    if (pid !== undefined) writeFileSync(join(layout.pids, `${name}.pid`), String(pid));
    const link = join(layout.programs, name);
    if (existsSync(link)) rmSync(link);
    symlinkSync(tools[tool], link);
  }
}
