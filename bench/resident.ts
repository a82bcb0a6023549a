import { readdirSync, readFileSync } from "node:fs";

/** Resident memory of a group of processes. */
export interface Resident {
  /** Bytes, pages that several processes share counted once for each. */
  readonly rss: number;
  /** Bytes, shared pages divided among their users. */
  readonly pss: number;
  readonly processes: number;
}

/**
 * Memory of every process whose command line or environment names a folder (Linux).
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_smaps_rollup.5.html
 */
export function residentOf(folder: string): Resident {
  let rss = 0;
  let pss = 0;
  let processes = 0;
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)) {
    try {
      const told = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/environ`, "utf8");
      if (!told.includes(folder)) continue;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      rss += kilobytes(rollup, "Rss") * 1024;
      pss += kilobytes(rollup, "Pss") * 1024;
      processes++;
    } catch {
      // It ended while we looked.
    }
  }
  return { rss, pss, processes };
}

function kilobytes(rollup: string, field: string): number {
  return Number(rollup.match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"))?.[1] ?? 0);
}
