import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isStale, readLocks } from "../../../../cli/recovery/stale-lock.js";

const taken = "2026-11-23T04:49:48.985968831Z";
const owner = { pid: 4711, hostname: "here", timestamp: taken };

test("a lock is stale when its owner has ended, or its number belongs to a younger process", () => {
  expect(isStale(owner, "here", undefined)).toBe(true);
  expect(isStale(owner, "here", { program: "sleep", started: Date.parse(taken) + 60_000 })).toBe(true);
  expect(isStale(owner, "here", { program: "sleep", started: Date.parse(taken) - 1_000 })).toBe(false);
});

test("a lock of a running Pulumi stays when the clock was set forward, which moves every start", () => {
  expect(isStale(owner, "here", { program: "pulumi", started: Date.parse(taken) + 3_600_000 })).toBe(false);
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

test("GIVEN locks of before a reboot, one of which has the number of another process now THEN both are stale", async () => {
  const stranger = spawn("sleep", ["60"]);
  try {
    await new Promise((resolve) => stranger.once("spawn", resolve));
    const before = { hostname: hostname(), timestamp: new Date(Date.now() - 86_400_000).toISOString() };
    put("a.json", JSON.stringify({ pid: stranger.pid, ...before }));
    put("b.json", JSON.stringify({ pid: 2 ** 22 + 1, ...before }));
    expect((await readLocks(folder)).stale.map(({ pid }) => pid)).toEqual([stranger.pid, 2 ** 22 + 1]);
  } finally {
    stranger.kill("SIGKILL");
  }
});

test("a folder that is not there has no locks", async () => {
  expect(await readLocks(join(folder, "none"))).toEqual({ live: [], stale: [] });
});
