import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { identify, type ProcessIdentity, runningDaemon, stopDaemon } from "../../../../packages/kit/daemon.js";

let folder: string;
let pidFile: string;
/** A process of somebody else, which runs all the time. */
let stranger: ChildProcess;
let identity: ProcessIdentity;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "timonier-daemon-"));
  pidFile = join(folder, "pid.json");
  stranger = spawn("sleep", ["60"]);
  await new Promise((resolve) => stranger.once("spawn", resolve));
  const found = identify(stranger.pid ?? 0);
  if (!found) throw new Error("the process does not run");
  identity = found;
});
afterAll(() => {
  stranger.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});
beforeEach(() => rmSync(pidFile, { force: true }));

const [boot, ticks] = ["00000000-0000-0000-0000-000000000000", "1"];

test.runIf(process.platform === "linux").each([
  [
    "of before a reboot, whose number another process has",
    () => ({ started: `${boot}/${identity.started.split("/")[1]}` }),
  ],
  ["whose number another process has", () => ({ started: `${identity.started.split("/")[0]}/${ticks}` })],
  ["whose number no process has", () => ({ pid: 2 ** 22 + 1 })],
])("GIVEN a pid file of a process %s THEN the daemon does not run, and a stop ends no process", async (_, differs) => {
  writeFileSync(pidFile, JSON.stringify({ ...identity, ...differs() }));
  expect(runningDaemon(pidFile)).toBeUndefined();
  await stopDaemon(pidFile, 50);
  expect(existsSync(pidFile)).toBe(false);
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
});

test.each(["", '{"pid":', '"text"', "{}"])(
  "GIVEN the pid file %j, cut short by a power failure THEN the daemon does not run",
  async (text) => {
    writeFileSync(pidFile, text);
    expect(runningDaemon(pidFile)).toBeUndefined();
    await stopDaemon(pidFile, 50);
    expect(existsSync(pidFile)).toBe(false);
  },
);

test("GIVEN the pid file of a running process THEN it is found by number and start", () => {
  writeFileSync(pidFile, JSON.stringify(identity));
  expect(runningDaemon(pidFile)).toEqual(identity);
});
