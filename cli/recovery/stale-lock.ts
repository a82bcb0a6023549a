import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { identify } from "@timonier/kit/daemon";

/** Contents of a lock of Pulumi's file backend. */
export interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
  /** When the lock was taken. */
  readonly timestamp: string;
}

/** The process that has the id of a lock's owner now. */
export interface IdHolder {
  /** Name of its program: `pulumi`. */
  readonly program: string;
  /** Its start, in milliseconds since the epoch. */
  readonly started: number;
}

/**
 * Whether the process that took a lock has ended: no process has its id, or another program that
 * started after the lock was taken. A start is computed from the machine's clock, so a clock that
 * was set forward makes a running Pulumi look younger than its lock: Pulumi counts as the owner.
 *
 * @param holder undefined where no process has that id
 */
export function isStale(owner: LockOwner, here: string, holder: IdHolder | undefined): boolean {
  // Processes of another machine are not visible.
  if (owner.hostname !== here) return false;
  if (!holder) return true;
  // `ps` prints whole seconds.
  return holder.program !== "pulumi" && holder.started > Date.parse(owner.timestamp) + 2_000;
}

/** Locks of a folder, by whether their processes still run. */
export async function readLocks(folder: string): Promise<{ readonly live: LockOwner[]; readonly stale: LockOwner[] }> {
  const owners = await lockOwners(folder);
  const stale = owners.filter((owner) => isStale(owner, hostname(), holderOf(owner.pid)));
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

function holderOf(pid: number): IdHolder | undefined {
  if (pid <= 0 || !identify(pid)) return undefined;
  const { stdout } = spawnSync("ps", ["-o", "lstart=,comm=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  // `Mon Nov 23 04:49:48 2026 pulumi`; macOS prints the program's path.
  const [, start = "", program = ""] = /^(\w+ +\w+ +\d+ +[\d:]+ +\d+) +(.*)$/.exec(stdout?.trim() ?? "") ?? [];
  const started = Date.parse(start);
  // Without a start time the process counts as the owner, which is the safe choice.
  return { program: basename(program), started: Number.isNaN(started) ? 0 : started };
}
