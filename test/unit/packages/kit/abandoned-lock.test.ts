import { mkdtempSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expireAbandonedLock } from "../../../../packages/kit/abandoned-lock.js";

const HOUR = 3_600;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const take = () => lock(folder, { lockfilePath: file, stale: 2_000, onCompromised: () => {} });
/** A lock that was written so many seconds from now. */
async function left(seconds: number) {
  const release = await take();
  const time = Date.now() / 1_000 + seconds;
  utimesSync(file, time, time);
  return release;
}

test("GIVEN a lock that a killed process left before the clock was set back THEN it is taken over", async () => {
  const release = await left(HOUR);
  await expect(take()).rejects.toMatchObject({ code: "ELOCKED" });
  await expireAbandonedLock(file, 20);
  await (await take())();
  await release().catch(() => {});
});

test("GIVEN a lock of the future whose process runs THEN it stays", async () => {
  const release = await left(HOUR);
  const waiting = expireAbandonedLock(file, 40);
  const now = Date.now() / 1_000;
  setTimeout(() => utimesSync(file, now, now), 10);
  await waiting;
  expect(statSync(file).mtimeMs).toBeGreaterThan(1_000);
  await expect(take()).rejects.toMatchObject({ code: "ELOCKED" });
  await release();
});

test.each([
  ["a held one", 0],
  ["one of before", -HOUR],
])("GIVEN %s THEN its time stays as it is", async (_, seconds) => {
  const release = await left(seconds);
  const before = statSync(file).mtimeMs;
  await expireAbandonedLock(file, 10_000_000);
  expect(statSync(file).mtimeMs).toBe(before);
  await release();
});

test("GIVEN no lock THEN nothing happens", async () => {
  await expireAbandonedLock(file, 10_000_000);
});
