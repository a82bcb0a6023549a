import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";

/** A process that outlives the command that started it. */
export interface DaemonSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited that is not named. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Where the identity of the process is kept. */
  readonly pidFile: string;
  /** Standard output and error are appended here. */
  readonly logFile: string;
}

/** A process, told from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time since boot and the boot itself, as the kernel tells them; a number alone is reused. */
  readonly started: string;
}

/**
 * What tells this process from any other that ever had or will have its number; undefined when it does not run.
 *
 * Linux: field 22 of /proc/PID/stat with the boot's id. Elsewhere: the start time that `ps` prints.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { pid, started: `${boot}/${fields[19]}` };
  } catch {
    return process.platform === "linux" ? undefined : identifyByPs(pid);
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  const { status, stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return status === 0 && stdout.trim() !== "" ? { pid, started: stdout.trim() } : undefined;
}

/** The daemon's process if it runs, by its own identity and not by number alone. */
export function runningDaemon(pidFile: string): ProcessIdentity | undefined {
  if (!existsSync(pidFile)) return undefined;
  try {
    const kept = JSON.parse(readFileSync(pidFile, "utf8")) as ProcessIdentity;
    const now = identify(kept.pid);
    return now?.started === kept.started ? now : undefined;
  } catch {
    return undefined;
  }
}

/** Starts the daemon unless it runs. @returns its process */
export function startDaemon(spec: DaemonSpec): ProcessIdentity {
  const running = runningDaemon(spec.pidFile);
  if (running) return running;
  mkdirSync(dirname(spec.pidFile), { recursive: true });
  const log = openSync(spec.logFile, "a", 0o600);
  try {
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ["ignore", log, log],
    });
    // A command that cannot be started emits "error" later; the caller notices that the process is missing.
    child.on("error", () => {});
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (!identity) throw new Error(`${spec.command} could not be started; its log is ${spec.logFile}`);
    writeFileAtomic.sync(spec.pidFile, JSON.stringify(identity), { mode: 0o600 });
    return identity;
  } finally {
    closeSync(log);
  }
}

/**
 * Ends the daemon: SIGTERM, then SIGKILL after the grace period. A process that is not the daemon's own is left alone.
 *
 * @param grace milliseconds @default 10 s
 */
export async function stopDaemon(pidFile: string, grace = 10_000): Promise<void> {
  const running = runningDaemon(pidFile);
  if (running) await endProcess(running, grace);
  rmSync(pidFile, { force: true });
}

/** Ends one process by its identity and returns when it is gone. */
export async function endProcess(process_: ProcessIdentity, grace = 10_000): Promise<void> {
  const alive = () => identify(process_.pid)?.started === process_.started;
  for (const [signal, patience] of [
    ["SIGTERM", grace],
    ["SIGKILL", 5_000],
  ] as const) {
    if (!alive()) return;
    try {
      process.kill(process_.pid, signal);
    } catch {
      return;
    }
    for (const end = performance.now() + patience; performance.now() < end && alive(); ) await sleep(25);
  }
}
