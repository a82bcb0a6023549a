import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOurs, processesOf } from "../../../../packages/control-plane/processes.js";

const agent = "/cluster/agent/main.ts";

test.each([
  [["/state/a/kwok/bin/etcd", "--name=x"], true],
  [["/state/ab/kwok/bin/etcd"], false],
  [["etcd", "--data-dir=/state/a/etcd"], false],
  [["node", "/any/packages/kit/run.mjs", "/any/simulators/cluster/agent/main.ts", "/state/a"], true],
  [["node", "/any/packages/kit/run.mjs", "/any/simulators/cluster/agent/main.ts", "/state/ab"], false],
  [["grep", "/state/a"], false],
  [[], false],
])("%j belongs to /state/a: %s", (argv, ours) => {
  expect(isOurs(argv, "/state/a", agent)).toBe(ours);
});

test("a process that was started through a link in the folder is found, and no other", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "processes-")));
  symlinkSync("/bin/sleep", join(folder, "link"));
  const children = [spawn(join(folder, "link"), ["30"]), spawn("/bin/sleep", ["30"])];
  try {
    await Promise.all(children.map((child) => new Promise((resolve) => child.once("spawn", resolve))));
    expect(processesOf(folder).map(({ identity }) => identity.pid)).toEqual([children[0]?.pid]);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
