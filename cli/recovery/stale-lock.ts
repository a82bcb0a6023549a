import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { identify } from "@timonier/kit/daemon";

/** Contents of a lock of Pulumi's file backend. */
export interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
  /** When the lock was taken. */
  readonly timestamp: string;
}

/**
 * Whether the process that took a lock has ended: no process has its id, or one that started after
 * the lock was taken.
 *
 * @param started start of the process with that id, in milliseconds since the epoch; undefined
 *   where there is none
 */
export function isStale(owner: LockOwner, here: string, started: number | undefined): boolean {
  // Processes of another machine are not visible.
  if (owner.hostname !== here) return false;
  // `ps` prints whole seconds.
  return started === undefined || started > Date.parse(owner.timestamp) + 2_000;
}

/** Locks of a folder, by whether their processes still run. */
export async function readLocks(folder: string): Promise<{ readonly live: LockOwner[]; readonly stale: LockOwner[] }> {
  const owners = await lockOwners(folder);
  const stale = owners.filter((owner) => isStale(owner, hostname(), startOf(owner.pid)));
  return { live: owners.filter((owner) => !stale.includes(owner)), stale };
}

/** Owners of the locks in a folder. Other files, such as attributes, are ignored. */
async function lockOwners(folder: string): Promise<LockOwner[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json"));
  return Promise.all(files.map(async (file) => parseOwner(await readFile(join(folder, file), "utf8").catch(() => ""))));
}

/** Owner in a lock file; an unreadable file counts as the lock of an ended process. */
function parseOwner(text: string): LockOwner {
  const ended = { pid: 0, hostname: hostname(), timestamp: "" };
  try {
    return { ...ended, ...(JSON.parse(text) as Partial<LockOwner>) };
  } catch {
    return ended;
  }
}

function startOf(pid: number): number | undefined {
  if (pid <= 0 || !identify(pid)) return undefined;
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const start = Date.parse(stdout?.trim() ?? "");
  // Without a start time the process counts as the owner, which is the safe choice.
  return Number.isNaN(start) ? 0 : start;
}
