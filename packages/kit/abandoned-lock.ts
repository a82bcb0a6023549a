import { stat, utimes } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Difference between two clocks that is not a lock of the future, in milliseconds. */
const TOLERANCE = 2_000;

/**
 * Lets a lock of proper-lockfile expire that a killed process left behind with a time of the
 * future, because the clock was set back since. proper-lockfile compares the lock's time with the
 * clock, and would take the lock for a held one until the clock has caught up. A process that holds
 * a lock writes the present time into it at least twice in `stale` milliseconds.
 *
 * @param file path of the lock
 * @param stale milliseconds after which the lock counts as abandoned, as proper-lockfile gets it
 */
export async function expireAbandonedLock(file: string, stale: number): Promise<void> {
  const seen = await timeOf(file);
  if (seen === undefined || seen <= Date.now() + TOLERANCE) return;
  await sleep(stale);
  if ((await timeOf(file)) !== seen) return;
  // The lock may have been released just now.
  await utimes(file, 0, 0).catch(() => {});
}

/** Time at which the lock was last written; undefined where it is not held. */
async function timeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
