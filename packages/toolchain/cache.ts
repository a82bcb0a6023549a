import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { ToolName } from "./tools.js";

/** Where a cached binary came from. */
export type Origin = "vendor" | "source";

/** The folder that outlives checkouts: $TIMONIER_CACHE, else $XDG_CACHE_HOME/timonier, else ~/.cache/timonier. */
export function cacheRoot(env: NodeJS.ProcessEnv, home = homedir()): string {
  if (env.TIMONIER_CACHE) return resolve(env.TIMONIER_CACHE);
  // A relative XDG_CACHE_HOME is invalid and to be ignored: https://specifications.freedesktop.org/basedir-spec/
  if (env.XDG_CACHE_HOME?.startsWith("/")) return join(env.XDG_CACHE_HOME, "timonier");
  return join(home, ".cache", "timonier");
}

/** Short digest of pins: another pin, another folder. */
export function keyOf(pins: unknown): string {
  return createHash("sha256").update(JSON.stringify(pins)).digest("hex").slice(0, 16);
}

/** One binary's place in the cache: complete when it exists. */
export interface Slot {
  readonly tool: ToolName;
  readonly version: string;
  readonly origin: Origin;
  readonly key: string;
}

/** Binaries by pin. What lies under tools/ is complete; work goes on under tmp/ and is renamed into place. */
export class ToolCache {
  constructor(readonly root: string) {}

  /** Path that a slot's binary has or will have. */
  path(slot: Slot): string {
    return join(this.root, "tools", slot.tool, `${slot.version}-${slot.origin}-${slot.key}`, slot.tool);
  }

  /** The binary, if it is there. */
  async find(slot: Slot): Promise<string | undefined> {
    const path = this.path(slot);
    const found = await stat(path).catch(() => undefined);
    return found?.isFile() && found.size > 0 ? path : undefined;
  }

  /** Lock file of a job, its folder made. */
  async lockFile(job: string): Promise<string> {
    await this.folder("locks");
    return join(this.root, "locks", `${job}.lock`);
  }

  /**
   * Works in an empty folder of a job whose lock is held, and removes it afterwards.
   *
   * What an earlier, interrupted holder left is removed first.
   */
  async work<T>(job: string, inFolder: (folder: string) => Promise<T>): Promise<T> {
    await this.clear(job);
    // A name of its own: an orphaned compiler of the interrupted run finds its folder gone and does not write here.
    const folder = await mkdtemp(join(await this.folder("tmp", job), "work-"));
    try {
      return await inFolder(folder);
    } finally {
      await this.clear(job);
    }
  }

  /** Jobs that have left something: running ones, and interrupted ones. */
  async unfinished(): Promise<string[]> {
    return readdir(join(this.root, "tmp")).catch(() => []);
  }

  /** Removes what a job whose lock is held worked on. */
  async clear(job: string): Promise<void> {
    await rm(join(this.root, "tmp", job), { recursive: true, force: true });
  }

  /** Moves a finished binary into its slot; both lie on one file system. @returns its path */
  async publish(slot: Slot, file: string): Promise<string> {
    const path = this.path(slot);
    await chmod(file, 0o755);
    await flush(file);
    await mkdir(join(path, ".."), { recursive: true });
    await rename(file, path);
    return path;
  }

  private async folder(...parts: string[]): Promise<string> {
    const path = join(this.root, ...parts);
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw new UserError(
        `the cache of tools cannot be written: ${(error as Error).message}`,
        this.root,
        "make the folder writable, or name another one in TIMONIER_CACHE",
        { cause: error },
      );
    }
    return path;
  }
}

/** A name that nobody else uses. */
export function uniqueSuffix(): string {
  return randomBytes(6).toString("hex");
}

// A rename may reach the disk before the content does: after a power cut the binary would be empty but "complete".
async function flush(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
