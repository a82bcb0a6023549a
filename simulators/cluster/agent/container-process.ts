import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, type ProcessIdentity } from "@timonier/kit/daemon";
import type { ContainerFiles } from "./container-record.js";

/** How a program ended. */
export interface Exit {
  readonly exitCode: number;
  /** Number of the signal that ended it, if one did. */
  readonly signal?: number;
}

/** A program of a container that runs. */
export interface ContainerProcess {
  readonly identity: ProcessIdentity;
  /** Settles when it is gone. */
  readonly exited: Promise<Exit>;
}

/** A program with its arguments and environment. */
export interface ProgramSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a program that outlives the agent, through a link in the container's folder, which
 * identifies the process as this cluster's. The log of the run before is kept.
 */
export async function startProgram(spec: ProgramSpec, name: string, files: ContainerFiles): Promise<ContainerProcess> {
  const link = join(files.folder, name);
  rmSync(link, { force: true });
  symlinkSync(spec.program, link);
  if (existsSync(files.log)) renameSync(files.log, files.previousLog);
  const log = openSync(files.log, "a", 0o600);
  const child = spawn(link, spec.args, {
    env: spec.env,
    cwd: files.folder,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve(exitOf(code, signal)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.unref();
  // A program that ended at once has no identity; its exit code is still reported.
  const identity = identify(child.pid ?? -1) ?? { pid: child.pid ?? -1, started: "ended" };
  return { identity, exited };
}

/** A program that an earlier agent started; undefined when it is gone. */
export function adoptProgram(identity: ProcessIdentity): ContainerProcess | undefined {
  if (identify(identity.pid)?.started !== identity.started) return undefined;
  return { identity, exited: watchStranger(identity) };
}

/** The exit code of a process that is not a child is unknown: it is polled until it is gone. */
async function watchStranger(identity: ProcessIdentity): Promise<Exit> {
  while (identify(identity.pid)?.started === identity.started) await sleep(300, undefined, { ref: false });
  return { exitCode: 255 };
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  if (signal === null) return { exitCode: code ?? 255 };
  const number = constants.signals[signal] ?? 0;
  return { exitCode: 128 + number, signal: number };
}

/** The last lines of a log: at most 80 lines and 2048 bytes, as kubelet's FallbackToLogsOnError. */
export function logTail(file: string): string {
  if (!existsSync(file)) return "";
  const size = statSync(file).size;
  const length = Math.min(size, 2_048);
  const buffer = Buffer.alloc(length);
  const from = openSync(file, "r");
  readSync(from, buffer, 0, length, size - length);
  closeSync(from);
  return buffer.toString().trim().split("\n").slice(-80).join("\n");
}
