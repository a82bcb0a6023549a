import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { removeEarlierRuns, withRunFolder } from "../../../../cli/stack/run-folder.js";
import { shellPulumi } from "../../../../cli/stack/shell-pulumi.js";
import { findStack, type Stack } from "../../../../cli/stack/stack.js";
import { StateFolder } from "../../../../packages/kit/state-folder.js";
import { USER_TMPDIR, withUserTmpdir } from "../../../../packages/kit/user-tmpdir.js";

let root: string;
let stack: Stack;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-run-folder-"));
  stack = findStack("embedded", new StateFolder(root));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const temporary = () => join(root, "stacks", "embedded", "tmp");

/** A program of this name that runs with a temporary folder. */
async function started(program: string, folder: string) {
  const file = join(root, "programs", program);
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync("/bin/sleep", file);
  const child = spawn(file, ["60"], { env: { TMPDIR: folder } });
  await once(child, "spawn");
  const ended = once(child, "exit");
  return { child, ended };
}

test("a run's temporary folder is its own, and is deleted with what is left in it, after a failure too", async () => {
  const seen: string[] = [];
  const run = (fails: boolean) =>
    withRunFolder(stack, async (env) => {
      seen.push(env.TMPDIR ?? "");
      writeFileSync(join(env.TMPDIR ?? "", "kubeconfig123"), "client-key-data: canary");
      if (fails) throw new Error("refused");
    });
  await run(false);
  await expect(run(true)).rejects.toThrow("refused");
  expect(seen.every((folder) => folder.startsWith(temporary()))).toBe(true);
  expect(existsSync(temporary())).toBe(false);
});

test("what a killed run left is deleted at the next one, and plugins without an engine are ended", async () => {
  const left = join(temporary(), "1-1");
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, "kubeconfig123"), "client-key-data: canary");
  const plugin = await started("pulumi-resource-kubernetes", left);
  const daemon = await started("etcd", left);
  const other = await started("pulumi-resource-gitlab", root);
  try {
    await removeEarlierRuns(stack);
    expect(await plugin.ended).toEqual([null, "SIGTERM"]);
    expect([daemon.child.exitCode, other.child.exitCode]).toEqual([null, null]);
    expect(existsSync(temporary())).toBe(false);
  } finally {
    for (const { child } of [plugin, daemon, other]) child.kill("SIGKILL");
  }
});

test("an engine that outlived its command keeps its folder and its plugins", async () => {
  const kept = join(temporary(), "1-1");
  mkdirSync(kept, { recursive: true });
  const engine = await started("pulumi", kept);
  const plugin = await started("pulumi-resource-kubernetes", kept);
  try {
    await withRunFolder(stack, async () => {});
    expect(readdirSync(temporary())).toEqual(["1-1"]);
    expect(plugin.child.exitCode).toBeNull();
  } finally {
    for (const { child } of [engine, plugin]) child.kill("SIGKILL");
  }
});

describe("a shell with `timonier env`", () => {
  const env = { PATH: "/usr/bin:/bin", TMPDIR: "/mine" };

  /** Runs `pulumi` as that shell does; the real one is the script. */
  async function shellRun(script: string) {
    const real = join(stack.state.bin, "pulumi");
    writeFileSync(real, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const exported = { ...env, ...(await shellPulumi(stack, temporary(), env.PATH)) };
    return spawn("pulumi", ["up", "a b"], { env: exported, stdio: ["ignore", "pipe", "inherit"] });
  }

  test("gives each run of Pulumi a temporary folder of the stack's, which the next command deletes", async () => {
    const child = await shellRun('echo canary > "$TMPDIR/kubeconfig123"; echo "$TMPDIR $TIMONIER_USER_TMPDIR $1 $2"');
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    await once(child, "exit");
    const folder = join(temporary(), `${child.pid}-shell`);
    expect(String(said)).toBe(`${folder} /mine up a b\n`);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await removeEarlierRuns(stack, false);
    expect(existsSync(temporary())).toBe(false);
  });

  test("keeps the folder of a run that goes on, whatever command begins", async () => {
    const child = await shellRun("echo begun; exec sleep 60");
    await once(child.stdout, "data");
    for (const isAlone of [true, false]) await removeEarlierRuns(stack, isAlone);
    expect(readdirSync(temporary())).toEqual([`${child.pid}-shell`]);
    child.kill("SIGKILL");
    await once(child, "exit");
    await removeEarlierRuns(stack, false);
    expect(existsSync(temporary())).toBe(false);
  });

  test("takes no process for the owner of a folder that is older than the machine's start", async () => {
    const folder = join(temporary(), `${process.pid}-shell`);
    mkdirSync(folder, { recursive: true });
    utimesSync(folder, 0, 0);
    await removeEarlierRuns(stack, false);
    expect(existsSync(temporary())).toBe(false);
  });
});

test("programs that outlive a run get the user's own temporary folder", () => {
  expect(withUserTmpdir({ TMPDIR: "/run", [USER_TMPDIR]: "/mine", A: "b" })).toEqual({ TMPDIR: "/mine", A: "b" });
  expect(withUserTmpdir({ TMPDIR: "/run", [USER_TMPDIR]: "" })).toEqual({});
  expect(withUserTmpdir({ TMPDIR: "/mine" })).toEqual({ TMPDIR: "/mine" });
});
