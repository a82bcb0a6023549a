import { existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expireAbandonedLock } from "@timonier/kit/abandoned-lock";
import { startDaemon, stopDaemon } from "@timonier/kit/daemon";
import type { Progress } from "@timonier/kit/progress";
import { loader } from "@timonier/kit/state-folder";
import lockfile from "proper-lockfile";
import { freeze, isFrozen, killCluster } from "./cluster-processes.js";
import { readClusterRecord } from "./cluster-record.js";
import type { RehearsalContext } from "./rehearsal-cluster.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** Milliseconds after which the lock of a killed run is taken over. */
const STALE = 10_000;

/** Arguments of the keeper process. */
export interface KeeperOrder {
  readonly root: string;
  readonly tools: RehearsalContext["tools"];
  readonly flux: string;
  /** Base to which the cluster is restored. */
  readonly at: string;
}

/** Runs one rehearsal at a time, because there is one cluster. A second one waits and reports that. */
export async function exclusively<T>(layout: RehearsalLayout, progress: Progress, work: () => Promise<T>): Promise<T> {
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  const release = await locked(layout, progress);
  try {
    // The keeper may be restoring the cluster to another base than this run needs.
    await stopDaemon(layout.keeperPid, 1_000);
    return await work();
  } finally {
    await release().catch(() => {});
  }
}

async function locked(layout: RehearsalLayout, progress: Progress): Promise<() => Promise<void>> {
  const options = {
    lockfilePath: layout.lock,
    stale: STALE,
    // After a suspend of the machine the lock looks stale to others, but this run continues.
    onCompromised: () => {},
  };
  await expireAbandonedLock(layout.lock, STALE);
  try {
    return await lockfile.lock(layout.root, options);
  } catch {
    progress("rehearsal: waiting for another rehearsal to end");
    const retries = { retries: 3_000, minTimeout: 200, maxTimeout: 200, factor: 1 };
    return await lockfile.lock(layout.root, { ...options, retries });
  }
}

/**
 * Starts the keeper: a process that restores the cluster to its base, freezes it, and ends it after
 * it was unused for a while.
 */
export function leaveWarm(layout: RehearsalLayout, { tools, flux }: RehearsalContext): void {
  const last = readClusterRecord(layout)?.last;
  if (last === undefined) return;
  freeze(layout);
  const order: KeeperOrder = { root: layout.root, tools, flux, at: last };
  startDaemon({
    command: process.execPath,
    args: [
      "--max-old-space-size=192",
      loader,
      fileURLToPath(new URL("keeper.ts", import.meta.url)),
      Buffer.from(JSON.stringify(order)).toString("base64url"),
    ],
    env: { PATH: process.env.PATH, LANG: "C.UTF-8" },
    cwd: layout.root,
    pidFile: layout.keeperPid,
    logFile: layout.keeperLog,
  });
}

/** Whether the cluster is restored to its base and frozen, ready for the next rehearsal. */
export function isRestored(layout: RehearsalLayout): boolean {
  return readClusterRecord(layout)?.at !== undefined && isFrozen(layout);
}

/** Ends all processes and deletes the stored bases. */
export async function stopRehearsal(layout: RehearsalLayout): Promise<void> {
  if (!existsSync(layout.root)) return;
  await stopDaemon(layout.keeperPid, 1_000);
  await killCluster(layout);
  rmSync(layout.root, { recursive: true, force: true, maxRetries: 3 });
}
