import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { uptime } from "node:os";
import { basename, join } from "node:path";
import { endProcess, identify, type ProcessIdentity } from "@timonier/kit/daemon";
import { USER_TMPDIR } from "@timonier/kit/user-tmpdir";
import { SHELL_RUN } from "./shell-pulumi.js";
import type { Stack } from "./stack.js";

/** Milliseconds between SIGTERM and SIGKILL for a plugin whose engine has ended. */
const GRACE = 2_000;

/**
 * Folder of the temporary folders of Pulumi's runs on a stack; each name begins with the id of the
 * process that created it.
 */
export const foldersOf = (stack: Stack) => join(stack.state.stack(stack.name), "tmp");

/**
 * Runs Pulumi with its own temporary folder, because plugins leave credentials in temporary files:
 * the kubernetes plugin writes a kubeconfig with each run. The folder is deleted afterwards. The
 * next run deletes the folders of killed runs, and ends plugins whose engine was killed, which
 * would never end by themselves.
 *
 * One command at a time works on a stack (`exclusively` in stack.ts), so every existing folder
 * belongs to an earlier run.
 */
export async function withRunFolder<T>(stack: Stack, work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  await removeEarlierRuns(stack);
  const folder = join(foldersOf(stack), `${process.pid}-${Date.now()}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    return await work({ TMPDIR: folder, [USER_TMPDIR]: process.env.TMPDIR ?? "" });
  } finally {
    await remove(folder);
    removeIfEmpty(foldersOf(stack));
  }
}

/**
 * Deletes temporary folders of ended runs, and ends their plugins.
 *
 * @param isAlone whether no other command works on the stack; otherwise folders of running processes stay
 */
export async function removeEarlierRuns(stack: Stack, isAlone = true): Promise<void> {
  const root = foldersOf(stack);
  for (const name of list(root)) {
    // Pulumi in a user's shell does not take the lock of the stack, so it may run at any time.
    const mayRun = !isAlone || name.endsWith(SHELL_RUN);
    if (!(mayRun && isOwnerAlive(join(root, name)))) await remove(join(root, name));
  }
  removeIfEmpty(root);
}

/** Whether the process that created the folder runs; process ids from before the last boot do not count. */
function isOwnerAlive(folder: string): boolean {
  try {
    const booted = Date.now() - uptime() * 1_000;
    process.kill(Number.parseInt(basename(folder), 10), 0);
    return statSync(folder).mtimeMs > booted;
  } catch {
    return false;
  }
}

/** Deletes a folder and ends its plugins, unless an engine still uses it. */
async function remove(folder: string): Promise<void> {
  const processes = processesWith(folder);
  if (processes.some(({ program }) => program === "pulumi")) return;
  await Promise.all(processes.filter(isPlugin).map(({ identity }) => endProcess(identity, GRACE)));
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

interface PulumiProcess {
  readonly identity: ProcessIdentity;
  /** `pulumi-resource-kubernetes` */
  readonly program: string;
}

/**
 * A plugin is recognized by its name: clusters and GitLab were also started by a plugin, and must
 * keep running.
 */
function isPlugin({ program }: PulumiProcess): boolean {
  return /^pulumi-(resource|language|analyzer)-/.test(program);
}

/** Processes that were started with this temporary folder; empty except on Linux. */
function processesWith(folder: string): PulumiProcess[] {
  return list("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      if (!readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(`TMPDIR=${folder}`)) return [];
      const [command = ""] = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      const identity = identify(Number(entry));
      return identity ? [{ identity, program: basename(command) }] : [];
    } catch {
      // The process has ended, or belongs to another user.
      return [];
    }
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It contains the folder of a running engine, or does not exist.
  }
}
