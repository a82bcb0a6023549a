import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { expireAbandonedLock } from "@timonier/kit/abandoned-lock";
import { elapsed, type Progress } from "@timonier/kit/progress";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";

/** Options of {@link withLock}. */
export interface LockOptions {
  /** Path of the lock; `FILE.owner` beside it names the process that holds it. */
  readonly file: string;
  /** What the process does while it holds the lock: `building etcd`. */
  readonly what: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the lock of a killed process is taken over. @default 10 s */
  readonly stale?: number;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly what: string;
}

/** The default of LockOptions.stale. */
const STALE = 10_000;
/** Milliseconds between two progress lines of a waiting process. */
const PROGRESS_INTERVAL = 15_000;

/**
 * Runs work while no other caller holds the lock, in this process or another one. A second caller
 * waits, and reports which process it waits for.
 *
 * The process that holds the lock updates its time, so that the age shows a lock that a killed process left.
 */
export async function withLock<T>(options: LockOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(options, (error) => lost.abort(error));
  const owner: Owner = { pid: process.pid, host: hostname(), what: options.what };
  try {
    await writeFileAtomic(ownerFile(options.file), JSON.stringify(owner));
    return await work(options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal);
  } finally {
    // A lock that was lost belongs to another process now.
    await release().catch(() => {});
  }
}

/** Runs work if no process holds the lock. */
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
  let reportedAt = 0;
  await expireAbandonedLock(options.file, stale);
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await lock(options.file, { ...settings(options.file, stale), onCompromised: onLost });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    if (Date.now() - reportedAt >= PROGRESS_INTERVAL) {
      reportedAt = Date.now();
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
