import { existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startDaemon, stopDaemon } from "@timonier/kit/daemon";
import type { Progress } from "@timonier/kit/progress";
import { loader } from "@timonier/kit/state-folder";
import lockfile from "proper-lockfile";
import { freeze, isFrozen, killCluster } from "./cluster-processes.js";
import { readClusterRecord } from "./cluster-record.js";
import type { RehearsalContext } from "./rehearsal-cluster.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** What the keeper is told. */
export interface KeeperOrder {
  readonly root: string;
  readonly tools: RehearsalContext["tools"];
  readonly flux: string;
  /** Base at which the control plane is to wait. */
  readonly at: string;
}

/** One rehearsal at a time: there is one control plane. A second one says that it waits. */
export async function exclusively<T>(layout: RehearsalLayout, progress: Progress, work: () => Promise<T>): Promise<T> {
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  const release = await locked(layout, progress);
  try {
    // The keeper may be setting the control plane back: this run decides anew where it has to be.
    await stopDaemon(layout.keeperPid, 1_000);
    return await work();
  } finally {
    await release().catch(() => {});
  }
}

async function locked(layout: RehearsalLayout, progress: Progress): Promise<() => Promise<void>> {
  const options = {
    lockfilePath: layout.lock,
    stale: 10_000,
    // A machine that slept: the lock is stale for others, and the work here goes on.
    onCompromised: () => {},
  };
  try {
    return await lockfile.lock(layout.root, options);
  } catch {
    progress("rehearsal: waiting for another one to end");
    const retries = { retries: 3_000, minTimeout: 200, maxTimeout: 200, factor: 1 };
    return await lockfile.lock(layout.root, { ...options, retries });
  }
}

/** Starts the process that sets the control plane back to its base, freezes it, and ends it when nobody needs it for a while. */
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

/** Whether the control plane is back at its base, and waits there for the next rehearsal. */
export function isRestored(layout: RehearsalLayout): boolean {
  return readClusterRecord(layout)?.at !== undefined && isFrozen(layout);
}

/** Ends everything, and deletes what was kept. */
export async function stopRehearsal(layout: RehearsalLayout): Promise<void> {
  if (!existsSync(layout.root)) return;
  await stopDaemon(layout.keeperPid, 1_000);
  await killCluster(layout);
  rmSync(layout.root, { recursive: true, force: true, maxRetries: 3 });
}
