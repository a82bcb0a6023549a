import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { ToolName } from "./tools.js";

/** Where a cached binary came from. */
export type Origin = "vendor" | "source";

/**
 * Folder that all checkouts share: $TIMONIER_CACHE, else $XDG_CACHE_HOME/timonier, else
 * ~/.cache/timonier.
 */
export function cacheRoot(env: NodeJS.ProcessEnv, home = homedir()): string {
  if (env.TIMONIER_CACHE) return resolve(env.TIMONIER_CACHE);
  // The specification says to ignore a relative XDG_CACHE_HOME:
  // https://specifications.freedesktop.org/basedir-spec/
  if (env.XDG_CACHE_HOME?.startsWith("/")) return join(env.XDG_CACHE_HOME, "timonier");
  return join(home, ".cache", "timonier");
}

/** Short digest of pinned values: each combination has its own folder in the cache. */
export function keyOf(pins: unknown): string {
  return createHash("sha256").update(JSON.stringify(pins)).digest("hex").slice(0, 16);
}

/** Place of one binary in the cache. */
export interface Slot {
  readonly tool: ToolName;
  readonly version: string;
  readonly origin: Origin;
  readonly key: string;
}

/**
 * Binaries by their pinned values. Files in tools/ are complete: they are made in tmp/ and moved by
 * a rename.
 */
export class ToolCache {
  constructor(readonly root: string) {}

  /** Path that a slot's binary has or will have. */
  path(slot: Slot): string {
    return join(this.root, "tools", slot.tool, `${slot.version}-${slot.origin}-${slot.key}`, slot.tool);
  }

  /** @returns path of the binary, undefined where the cache does not have it */
  async find(slot: Slot): Promise<string | undefined> {
    const path = this.path(slot);
    const found = await stat(path).catch(() => undefined);
    return found?.isFile() && found.size > 0 ? path : undefined;
  }

  /** Path of the lock of a job; creates the folder. */
  async lockFile(job: string): Promise<string> {
    await this.folder("locks");
    return join(this.root, "locks", `${job}.lock`);
  }

  /**
   * Runs work in an empty folder, and deletes the folder afterwards. The caller holds the lock of the job.
   *
   * What an interrupted process left there is deleted first.
   */
  async work<T>(job: string, inFolder: (folder: string) => Promise<T>): Promise<T> {
    await this.clear(job);
    // A unique name, so that an orphaned compiler of an interrupted run does not write into this folder.
    const folder = await mkdtemp(join(await this.folder("tmp", job), "work-"));
    try {
      return await inFolder(folder);
    } finally {
      await this.clear(job);
    }
  }

  /** Jobs with a folder: those that run, and those that were interrupted. */
  async unfinished(): Promise<string[]> {
    return readdir(join(this.root, "tmp")).catch(() => []);
  }

  /** Deletes the folder of a job. The caller holds the lock of the job. */
  async clear(job: string): Promise<void> {
    await rm(join(this.root, "tmp", job), { recursive: true, force: true });
  }

  /** Moves a finished binary, which is on the file system of the cache, into its slot. @returns its path */
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
        `the tool cache is not writable: ${(error as Error).message}`,
        this.root,
        "make the folder writable, or set TIMONIER_CACHE to another folder",
        { code: "TIM-201", cause: error },
      );
    }
    return path;
  }
}

/** Suffix that makes a file name unique. */
export function uniqueSuffix(): string {
  return randomBytes(6).toString("hex");
}

// A rename may reach the disk before the content does: after a power failure the binary would exist
// and be empty.
async function flush(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
