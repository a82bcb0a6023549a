import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isStale, readLocks } from "../../../../cli/recovery/stale-lock.js";

const taken = "2026-11-23T04:49:48.985968831Z";
const owner = { pid: 4711, hostname: "here", timestamp: taken };

test("a lock is stale when its owner has ended, or its number belongs to a younger process", () => {
  expect(isStale(owner, "here", undefined)).toBe(true);
  expect(isStale(owner, "here", Date.parse(taken) + 60_000)).toBe(true);
  expect(isStale(owner, "here", Date.parse(taken) - 1_000)).toBe(false);
});

test("a lock of another machine is never stale: nobody here can see its owner", () => {
  expect(isStale(owner, "there", undefined)).toBe(false);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-locks-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);

test("GIVEN a lock of this process and one cut short THEN the first lives; attributes count for nothing", async () => {
  put("a.json", JSON.stringify({ pid: process.pid, hostname: hostname(), timestamp: new Date().toISOString() }));
  put("b.json", '{"pid":1');
  put("a.json.attrs", "{}");
  const { live, stale } = await readLocks(folder);
  expect(live.map((one) => one.pid)).toEqual([process.pid]);
  expect(stale).toHaveLength(1);
});

test("a folder that is not there has no locks", async () => {
  expect(await readLocks(join(folder, "none"))).toEqual({ live: [], stale: [] });
});
