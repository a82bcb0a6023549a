import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { uptime } from "node:os";
import { basename, join } from "node:path";
import { endProcess, identify, type ProcessIdentity } from "@timonier/kit/daemon";
import { USER_TMPDIR } from "@timonier/kit/user-tmpdir";
import { SHELL_RUN } from "./shell-pulumi.js";
import type { Stack } from "./stack.js";

/** Milliseconds between SIGTERM and SIGKILL for a plugin whose engine is gone. */
const GRACE = 2_000;

/** Where the temporary folders of Pulumi's runs on a stack are; each name begins with the id of the process that made it. */
export const foldersOf = (stack: Stack) => join(stack.state.stack(stack.name), "tmp");

/**
 * Runs Pulumi with a temporary folder of its own. Plugins write credentials into temporary files and leave them there: the
 * kubernetes plugin a kubeconfig with each run. The folder is deleted afterwards, and those of runs that were killed are deleted at
 * the next run, together with plugins whose engine was killed, which would otherwise never end.
 *
 * One command at a time works on a stack ({@link exclusively} in stack.ts), so every folder that is there belongs to an earlier run.
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
 * Deletes temporary folders of runs that have ended, and ends the plugins that they left.
 *
 * @param isAlone whether no other command works on the stack. Without it, folders of processes that still run are left
 */
export async function removeEarlierRuns(stack: Stack, isAlone = true): Promise<void> {
  const root = foldersOf(stack);
  for (const name of list(root)) {
    // A shell is no command of this program, so its runs of Pulumi are never excluded.
    const mayRun = !isAlone || name.endsWith(SHELL_RUN);
    if (!(mayRun && isOwnerAlive(join(root, name)))) await remove(join(root, name));
  }
  removeIfEmpty(root);
}

/** Numbers of processes start from the beginning when the machine does: a folder from before has no owner. */
function isOwnerAlive(folder: string): boolean {
  try {
    const booted = Date.now() - uptime() * 1_000;
    process.kill(Number.parseInt(basename(folder), 10), 0);
    return statSync(folder).mtimeMs > booted;
  } catch {
    return false;
  }
}

/** An engine that outlived its command goes on with its folder. */
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

/** Clusters and GitLab were started by a plugin as well, and have to stay: a plugin is known by its program's name. */
function isPlugin({ program }: PulumiProcess): boolean {
  return /^pulumi-(resource|language|analyzer)-/.test(program);
}

/** Processes that were started with this temporary folder. Only Linux tells; elsewhere nothing is ended. */
function processesWith(folder: string): PulumiProcess[] {
  return list("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      if (!readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(`TMPDIR=${folder}`)) return [];
      const [command = ""] = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      const identity = identify(Number(entry));
      return identity ? [{ identity, program: basename(command) }] : [];
    } catch {
      // It has ended, or it is another user's.
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
    // It holds the folder of an engine that still runs, or it is not there.
  }
}
