// Needs Go; with Go's build cache warm it takes seconds.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silent } from "../../packages/kit/progress.js";
import { checkout } from "../../packages/kit/state-folder.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { tools } from "../../packages/toolchain/tools.js";

const ensureModule = join(checkout, "packages", "toolchain", "ensure.ts");
let folder: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "timonier-toolchain-"));
  children = [];
});
afterEach(async () => {
  // Each run leads a process group of its own, so that the compiler of a killed one ends, too.
  for (const { pid } of children) {
    try {
      if (pid) process.kill(-pid, "SIGKILL");
    } catch {}
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** ensureTools in a process of its own. */
function startRun(bin: string, ...names: string[]) {
  const program = `
    import { ensureTools } from ${JSON.stringify(ensureModule)};
    const progress = (line) => console.log(line);
    const tools = await ensureTools(${JSON.stringify(names)}, { binDir: ${JSON.stringify(join(folder, bin))}, progress });
    console.log(JSON.stringify(tools));`;
  const file = join(folder, `${bin}.ts`);
  writeFileSync(file, program);
  const child = spawn(process.execPath, [join(checkout, "packages/kit/run.mjs"), file], {
    cwd: checkout,
    env: { ...process.env, TIMONIER_CACHE: join(folder, "cache"), TIMONIER_TOOLS_FROM: "source" },
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const said = async (pattern: RegExp) => {
    while (!pattern.test(output)) {
      if (child.exitCode !== null) throw new Error(`ended without saying ${pattern}:\n${output}`);
      await sleep(10);
    }
  };
  return { child, ended, said, output: () => output };
}

test("two runs at once build once, and both have the tool", async () => {
  // GIVEN
  const first = startRun("one", "kwokctl", "etcd");
  await first.said(/building from Go source/);
  // WHEN
  const second = startRun("two", "kwokctl", "etcd");
  // THEN
  expect(await Promise.all([first.ended, second.ended])).toEqual([0, 0]);
  expect(first.output()).toMatch(/kwokctl [\d.]+: built in/);
  expect(second.output()).toMatch(/waiting for process \d+, which is building kwokctl, etcd/);
  expect(second.output()).not.toContain("built in");
  for (const bin of ["one", "two"]) {
    const { stdout } = await execa(join(folder, bin, "kwokctl"), ["--version"]);
    expect(stdout).toContain(tools.kwokctl.version);
    expect((await execa(join(folder, bin, "etcd"), ["--version"])).stdout).toContain(tools.etcd.version);
  }
  expect(await readdir(join(folder, "cache", "tmp"))).toEqual([]);
});

test("a run that is killed in the middle leaves nothing half, and the next one works", async () => {
  // GIVEN
  const killed = startRun("bin", "etcd");
  await killed.said(/building from Go source/);
  await sleep(150);
  // WHEN
  killed.child.kill("SIGKILL");
  await killed.ended;
  // THEN
  expect(existsSync(join(folder, "cache", "tools", "etcd"))).toBe(false);
  expect(existsSync(join(folder, "bin", "etcd"))).toBe(false);
  // WHEN
  const next = startRun("bin", "etcd");
  // THEN
  expect(await next.ended).toBe(0);
  expect((await execa(join(folder, "bin", "etcd"), ["--version"])).stdout).toContain(tools.etcd.version);
  expect(await readdir(join(folder, "cache", "tmp"))).toEqual([]);
});

test("with everything in place a call takes less than 50 ms and starts no process", async () => {
  // GIVEN
  const run = startRun("bin", "etcd");
  expect(await run.ended).toBe(0);
  const env = { TIMONIER_CACHE: join(folder, "cache"), TIMONIER_TOOLS_FROM: "source", PATH: "/nowhere" };
  const call = () => ensureTools(["etcd"], { binDir: join(folder, "bin"), progress: silent }, { env });
  await call();
  // WHEN
  const start = performance.now();
  const { etcd } = await call();
  // THEN
  expect(performance.now() - start).toBeLessThan(50);
  expect((await stat(etcd)).mode & 0o111).toBe(0o111);
});

test("a build that is called off ends its compiler and leaves nothing", async () => {
  // GIVEN
  const env = { ...process.env, TIMONIER_CACHE: join(folder, "cache"), TIMONIER_TOOLS_FROM: "source" };
  const stop = new AbortController();
  const progress = (line: string) => {
    if (line.includes("building from Go source")) setTimeout(() => stop.abort(new Error("called off")), 100);
  };
  // WHEN
  const call = ensureTools(["etcd"], { binDir: join(folder, "bin"), progress, signal: stop.signal }, { env });
  // THEN
  await expect(call).rejects.toThrow("called off");
  expect(await readdir(join(folder, "cache", "tmp"))).toEqual([]);
  expect(existsSync(join(folder, "cache", "tools"))).toBe(false);
});
