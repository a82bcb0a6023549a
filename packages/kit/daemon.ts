import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";

/** A process that outlives the command that started it. */
export interface DaemonSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The complete environment: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** File with the identity of the process. */
  readonly pidFile: string;
  /** Log to which standard output and error are appended. */
  readonly logFile: string;
}

/** Identity of a process, which distinguishes it from a later process with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time and boot id of the kernel, because process ids are reused. */
  readonly started: string;
}

/**
 * Identity of a running process; undefined when it does not run.
 *
 * On Linux it contains field 22 of /proc/PID/stat and the boot id; elsewhere the start time that `ps` prints.
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

/** Process of the daemon, undefined when it does not run. */
export function runningDaemon(pidFile: string): ProcessIdentity | undefined {
  if (!existsSync(pidFile)) return undefined;
  try {
    const stored = JSON.parse(readFileSync(pidFile, "utf8")) as ProcessIdentity;
    const now = identify(stored.pid);
    return now?.started === stored.started ? now : undefined;
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
    // A command that cannot be started emits "error" later; the missing process id reports it.
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
 * Ends the daemon: SIGTERM, then SIGKILL after the grace period. A later process with the same id
 * is not ended.
 *
 * @param grace milliseconds @default 10 s
 */
export async function stopDaemon(pidFile: string, grace = 10_000): Promise<void> {
  const running = runningDaemon(pidFile);
  if (running) await endProcess(running, grace);
  rmSync(pidFile, { force: true });
}

/** Ends a process and returns when it has ended. */
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
