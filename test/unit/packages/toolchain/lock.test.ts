import { mkdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ifUnlocked, withLock } from "../../../../packages/toolchain/lock.js";
import { tempFolder } from "./temp-folder.js";

const quiet = () => {};

test("a second holder waits for the first and says for whom", async () => {
  // GIVEN
  const file = join(await tempFolder(), "job.lock");
  const order: string[] = [];
  const said: string[] = [];
  let started = () => {};
  const running = new Promise<void>((done) => {
    started = done;
  });
  const first = withLock({ file, what: "building etcd", progress: quiet }, async () => {
    started();
    await sleep(400);
    order.push("first");
  });
  await running;
  // WHEN
  const second = withLock({ file, what: "building kwok", progress: (line) => said.push(line) }, async () => {
    order.push("second");
  });
  await Promise.all([first, second]);
  // THEN
  expect(order).toEqual(["first", "second"]);
  expect(said[0]).toMatch(/^building kwok: waiting for process \d+, which is building etcd \(0\.\d s\)$/);
});

test("the lock is free again after a failure", async () => {
  const file = join(await tempFolder(), "job.lock");
  const failing = withLock({ file, what: "a", progress: quiet }, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await withLock({ file, what: "b", progress: quiet }, async () => "done")).toBe("done");
});

test("the lock of a killed holder is taken over by its age", async () => {
  // GIVEN
  const file = join(await tempFolder(), "job.lock");
  await mkdir(file);
  const old = new Date(Date.now() - 60_000);
  await utimes(file, old, old);
  // WHEN, THEN
  expect(await withLock({ file, what: "b", progress: quiet }, async () => "done")).toBe("done");
});

test("waiting ends with the signal", async () => {
  const file = join(await tempFolder(), "job.lock");
  await withLock({ file, what: "a", progress: quiet }, async () => {
    const signal = AbortSignal.timeout(50);
    await expect(withLock({ file, what: "b", progress: quiet, signal }, async () => "never")).rejects.toThrow();
  });
});

test("work for a free moment is left out while somebody holds the lock", async () => {
  const file = join(await tempFolder(), "job.lock");
  const done: string[] = [];
  await withLock({ file, what: "a", progress: quiet }, () => ifUnlocked(file, async () => void done.push("held")));
  await ifUnlocked(file, async () => void done.push("free"));
  expect(done).toEqual(["free"]);
});
