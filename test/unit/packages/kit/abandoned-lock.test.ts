import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expireAbandonedLock } from "../../../../packages/kit/abandoned-lock.js";
import { ifUnlocked, withLock } from "../../../../packages/toolchain/lock.js";

const HOUR = 3_600_000;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A lock of proper-lockfile that was written so many milliseconds from now. */
function left(offset: number): void {
  mkdirSync(file);
  written(Date.now() + offset);
}
const written = (time: number) => utimesSync(file, new Date(time), new Date(time));

/** Whether proper-lockfile gives the lock away. */
async function isFree(): Promise<boolean> {
  let free = false;
  await ifUnlocked(file, async () => {
    free = true;
  });
  return free;
}

test("GIVEN a lock that a killed process left before the clock was set back THEN it is taken over", async () => {
  left(HOUR);
  expect(await isFree()).toBe(false);
  await expireAbandonedLock(file, 20);
  expect(await isFree()).toBe(true);
});

test("GIVEN such a lock WHEN a tool is obtained THEN it waits for it no longer than for one of the past", async () => {
  left(HOUR);
  const options = { file, what: "building etcd", progress: () => {}, stale: 200 };
  const begun = Date.now();
  await withLock(options, async () => {});
  expect(Date.now() - begun).toBeLessThan(2_000);
});

test("GIVEN a lock of the future whose process runs THEN it stays", async () => {
  left(HOUR);
  const waiting = expireAbandonedLock(file, 40);
  setTimeout(() => written(Date.now()), 10);
  await waiting;
  expect(statSync(file).mtimeMs).toBeGreaterThan(1_000);
  expect(await isFree()).toBe(false);
});

test.each([
  ["a held one", 0],
  ["one of before", -HOUR],
])("GIVEN %s THEN its time stays as it is", async (_, offset) => {
  left(offset);
  const before = statSync(file).mtimeMs;
  await expireAbandonedLock(file, 10 * HOUR);
  expect(statSync(file).mtimeMs).toBe(before);
});

test("GIVEN no lock THEN nothing happens", async () => {
  await expireAbandonedLock(file, 10 * HOUR);
});
