import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { elapsed, type Progress } from "@timonier/kit/progress";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";

/** Who does one job at a time, and what waiting ones are told. */
export interface LockOptions {
  /** The lock; `FILE.owner` beside it names the holder. */
  readonly file: string;
  /** What the holder does: `building etcd`. */
  readonly what: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the lock of a killed holder is taken over. @default 10 s */
  readonly stale?: number;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly what: string;
}

/** The default of LockOptions.stale. */
const STALE = 10_000;
const SAY_AGAIN = 15_000;

/**
 * Does the work while nobody else holds the lock, in this process or another one. The second waits and says for whom.
 *
 * The holder touches the lock as long as it lives, so that one left by kill -9 or a power cut is told by its age.
 */
export async function withLock<T>(options: LockOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(options, (error) => lost.abort(error));
  const owner: Owner = { pid: process.pid, host: hostname(), what: options.what };
  try {
    await writeFileAtomic(ownerFile(options.file), JSON.stringify(owner));
    return await work(options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal);
  } finally {
    // A lock that was lost belongs to somebody else now.
    await release().catch(() => {});
  }
}

/** Does the work if nobody holds the lock at the moment. */
export async function ifUnlocked(file: string, work: () => Promise<void>): Promise<void> {
  const release = await lock(file, { ...settings(file, STALE), retries: 0 }).catch(() => undefined);
  if (!release) return;
  try {
    await work();
  } finally {
    await release().catch(() => {});
  }
}

function settings(file: string, stale: number) {
  return { realpath: false, lockfilePath: file, stale, update: Math.floor(stale / 4) };
}

async function acquire(options: LockOptions, onLost: (error: Error) => void): Promise<() => Promise<void>> {
  const stale = options.stale ?? STALE;
  const start = Date.now();
  let saidAt = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await lock(options.file, { ...settings(options.file, stale), onCompromised: onLost });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    if (Date.now() - saidAt >= SAY_AGAIN) {
      saidAt = Date.now();
      options.progress(`${options.what}: waiting for ${await describeOwner(options.file)} (${elapsed(start)})`);
    }
    await sleep(200, undefined, { signal: options.signal });
  }
}

async function describeOwner(file: string): Promise<string> {
  try {
    const owner = JSON.parse(await readFile(ownerFile(file), "utf8")) as Owner;
    const where = owner.host === hostname() ? "" : ` on ${owner.host}`;
    return `process ${owner.pid}${where}, which is ${owner.what}`;
  } catch {
    return "another process";
  }
}

function ownerFile(file: string): string {
  return `${file}.owner`;
}
