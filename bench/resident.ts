import { readdirSync, readFileSync } from "node:fs";

/** Resident memory of a group of processes. */
export interface Resident {
  /** Bytes, shared pages divided among their users. */
  readonly pss: number;
  /**
   * The part of {@link pss} that is pages of the programs' own files, which the kernel drops first
   * when memory is short.
   */
  readonly files: number;
  readonly processes: number;
  /** PSS in bytes by program, the script's name where it is Node. */
  readonly parts: ReadonlyMap<string, number>;
}

/**
 * Memory of every process whose command line or environment names a folder (Linux).
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_smaps_rollup.5.html
 */
export function residentOf(folder: string): Resident {
  let pss = 0;
  let files = 0;
  let processes = 0;
  const parts = new Map<string, number>();
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (!(command + readFileSync(`/proc/${pid}/environ`, "utf8")).includes(folder)) continue;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      const own = kilobytes(rollup, "Pss") * 1024;
      pss += own;
      files += kilobytes(rollup, "Pss_File") * 1024;
      const name = nameOf(command.split("\0"));
      parts.set(name, (parts.get(name) ?? 0) + own);
      processes++;
    } catch {
      // It ended while we looked.
    }
  }
  return { pss, files, processes, parts };
}

function kilobytes(rollup: string, field: string): number {
  return Number(rollup.match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"))?.[1] ?? 0);
}

/** Two parts of the path tell one script of ours from another: `simulators/gitlab/main.ts`. */
function nameOf([program = "", ...args]: readonly string[]): string {
  const script = /(^|\/)node$/.test(program)
    ? args.find((one) => /\.([cm]?js|ts)$|\/run$/.test(one) && one.includes("/") && !one.endsWith("/kit/run.mjs"))
    : program;
  return (script ?? program).split("/").slice(-3).join("/");
}
