import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Kills processes, and what they start meanwhile, until none is left.
 *
 * @param find ids of those that run
 * @throws Error when some are left after 10 s
 */
export async function killAll(find: () => readonly number[]): Promise<void> {
  for (const end = Date.now() + 10_000; ; await sleep(20)) {
    const found = find();
    if (found.length === 0) return;
    if (Date.now() > end) throw new Error(`processes that do not end: ${found.join(", ")}`);
    for (const pid of found) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
  }
}

/** Ids of the processes that name the folder in their command line. */
export function processesIn(folder: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}
