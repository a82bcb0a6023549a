import { existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { type ClusterLayout, clusterLayout } from "@timonier/control-plane/layout";
import { readRecord } from "@timonier/control-plane/record";
import { type ClusterTools, requireTools } from "@timonier/control-plane/tools";
import { expireAbandonedLock } from "@timonier/kit/abandoned-lock";
import { silent } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import lockfile from "proper-lockfile";
import { readAgentConfig } from "./agent-process.js";
import { inspectParts, stopProcesses } from "./cluster-processes.js";
import type { ClusterInspection, EmbeddedCluster, StartOptions } from "./contract.js";
import { startParts } from "./start.js";

/** Milliseconds after which the lock of a killed process is taken over. */
const STALE = 5_000;

const defaults = { progress: silent, timeout: 60_000 };

/**
 * Starts the cluster of a state folder, or its missing parts.
 *
 * Returns when pods can be scheduled: the API server is ready, the node is Ready, namespace default
 * has its ServiceAccount and the runtime agent has seen every pod.
 *
 * @param dir state folder of this one cluster; made when it is not there
 * @throws UserError naming the part that did not start, with the last lines of its log
 */
export async function startCluster(
  dir: string,
  tools: ClusterTools,
  options: StartOptions = {},
): Promise<EmbeddedCluster> {
  requireTools(tools);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const layout = layoutOf(dir);
  return await locked(layout, () => startParts(layout, tools, { ...defaults, ...options }));
}

/**
 * Starts the missing parts of an installed cluster, with the same programs as before. Unlike
 * {@link startCluster} it never installs one.
 *
 * @throws UserError when no cluster is installed, or naming the part that did not start, with the last lines of its log
 */
export async function repairCluster(dir: string, options: StartOptions = {}): Promise<void> {
  const layout = layoutOf(dir);
  const tools = readAgentConfig(layout)?.tools;
  if (!tools || !isInstalled(layout)) throw notInstalled(layout);
  requireTools(tools);
  await locked(layout, async () => {
    // Another command may have removed it while this one waited for the lock.
    if (!isInstalled(layout)) throw notInstalled(layout);
    await startParts(layout, tools, { ...defaults, ...options });
  });
}

function isInstalled(layout: ClusterLayout): boolean {
  return readRecord(layout)?.kubernetesVersion !== undefined;
}

function notInstalled(layout: ClusterLayout): UserError {
  return new UserError("the embedded cluster was removed", layout.dir, "run `npm run up`", { code: "TIM-336" });
}

/** Looks at processes and asks the API server, in a fraction of a second. */
export async function inspectCluster(dir: string): Promise<ClusterInspection> {
  return await inspectParts(layoutOf(dir));
}

/** Ends every process of the cluster; its data stays for the next start. */
export async function stopCluster(dir: string): Promise<void> {
  const layout = layoutOf(dir);
  if (existsSync(layout.dir)) await locked(layout, () => stopProcesses(layout, 15_000));
}

/** Ends every process of the cluster and deletes its state folder, in any state. */
export async function removeCluster(dir: string): Promise<void> {
  const layout = layoutOf(dir);
  if (existsSync(layout.dir)) {
    // Their data is deleted too, so that no process needs time to write.
    await locked(layout, () => stopProcesses(layout, 0));
  } else {
    await stopProcesses(layout, 0);
  }
  rmSync(layout.dir, { recursive: true, force: true, maxRetries: 3 });
}

/** Resolves links, because processes are found by the folder's path. */
export function layoutOf(dir: string): ClusterLayout {
  return clusterLayout(existsSync(dir) ? realpathSync(dir) : resolve(dir));
}

/** Runs one command at a time; a second one waits. */
async function locked<T>(layout: ClusterLayout, work: () => Promise<T>): Promise<T> {
  mkdirSync(layout.dir, { recursive: true, mode: 0o700 });
  await expireAbandonedLock(layout.lock, STALE);
  const release = await lockfile.lock(layout.dir, {
    lockfilePath: layout.lock,
    stale: STALE,
    retries: { retries: 600, minTimeout: 200, maxTimeout: 200, factor: 1 },
    // After the machine slept, the lock is stale for others; the work here goes on.
    onCompromised: () => {},
  });
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}
