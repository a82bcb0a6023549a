import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { identify } from "@timonier/kit/daemon";

/** What Pulumi's file backend writes into a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
  /** When the lock was taken. */
  readonly timestamp: string;
}

/**
 * Whether a lock's owner is gone: it has ended, or its number belongs to a process that is younger than the lock.
 *
 * @param started start of the process that has the number now, in milliseconds since the epoch; undefined when there is none
 */
export function isStale(owner: LockOwner, here: string, started: number | undefined): boolean {
  // Another machine's processes cannot be seen from here.
  if (owner.hostname !== here) return false;
  // `ps` tells whole seconds.
  return started === undefined || started > Date.parse(owner.timestamp) + 2_000;
}

/** Locks of a folder by whether their owners still run. */
export async function readLocks(folder: string): Promise<{ readonly live: LockOwner[]; readonly stale: LockOwner[] }> {
  const owners = await lockOwners(folder);
  const stale = owners.filter((owner) => isStale(owner, hostname(), startOf(owner.pid)));
  return { live: owners.filter((owner) => !stale.includes(owner)), stale };
}

/** A file that is no lock, such as the attributes beside each, counts for nothing; one cut short has no owner any more. */
async function lockOwners(folder: string): Promise<LockOwner[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json"));
  return Promise.all(files.map(async (file) => parseOwner(await readFile(join(folder, file), "utf8").catch(() => ""))));
}

/** The owner that a lock file names; one that cannot be read names nobody who could still run. */
function parseOwner(text: string): LockOwner {
  const nobody = { pid: 0, hostname: hostname(), timestamp: "" };
  try {
    return { ...nobody, ...(JSON.parse(text) as Partial<LockOwner>) };
  } catch {
    return nobody;
  }
}

function startOf(pid: number): number | undefined {
  if (pid <= 0 || !identify(pid)) return undefined;
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const start = Date.parse(stdout?.trim() ?? "");
  // Without an answer the safe guess is that it is the owner.
  return Number.isNaN(start) ? 0 : start;
}
