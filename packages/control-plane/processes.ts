import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { identify, type ProcessIdentity } from "@timonier/kit/daemon";

/** A running process and its command line. */
export interface RunningProcess {
  readonly identity: ProcessIdentity;
  readonly argv: readonly string[];
}

/**
 * Every process whose program lies below the folder, or that runs a script of this name for the
 * folder.
 *
 * Pid files are not reliable: they can be missing, be from before a reboot, or name another
 * process. The links through which a cluster starts its programs are in its own state folder, so
 * that no other process is started through them.
 *
 * @param script end of the script's path: two checkouts of this project may look at one state
 * folder
 */
export function processesOf(folder: string, script?: string): RunningProcess[] {
  return allProcesses().flatMap(({ pid, argv }) => {
    if (!isOurs(argv, folder, script)) return [];
    const identity = identify(pid);
    return identity ? [{ identity, argv }] : [];
  });
}

/** Pure part of {@link processesOf}. */
export function isOurs(argv: readonly string[], folder: string, script?: string): boolean {
  if (argv[0]?.startsWith(`${folder}/`)) return true;
  if (script === undefined) return false;
  return argv.some((arg, at) => arg.endsWith(script) && argv[at + 1] === folder);
}

function allProcesses(): Array<{ pid: number; argv: string[] }> {
  if (process.platform !== "linux") return processesByPs();
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const argv = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0").slice(0, -1);
      return [{ pid: Number(entry), argv }];
    } catch {
      return [];
    }
  });
}

function processesByPs(): Array<{ pid: number; argv: string[] }> {
  const { stdout } = spawnSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match?.[1] && match[2] ? [{ pid: Number(match[1]), argv: match[2].split(" ") }] : [];
  });
}
