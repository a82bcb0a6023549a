import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkout } from "../../packages/kit/state-folder.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "timonier-cdk8s-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Runs cdk8s itself, into a folder of the test's own. */
function cdk8sSynth(env: Record<string, string> = {}) {
  const command = join(checkout, "node_modules/.bin/cdk8s");
  const args = ["synth", "--check-upgrade=false", "--output", join(dir, "out")];
  return execa(command, args, { cwd: checkout, env, reject: false });
}

test("`cdk8s synth` writes both repositories' files", async () => {
  const { exitCode, stdout } = await cdk8sSynth();
  expect(exitCode).toBe(0);
  expect(stdout).toContain("application/infra/deployment.yaml");
  const files = await readdir(join(dir, "out"), { recursive: true });
  expect(files.filter((file) => file.endsWith(".yaml")).sort()).toEqual([
    "application/infra/deployment.yaml",
    "setup/clusters/embedded/myapp.yaml",
    "setup/clusters/embedded/myappsource.yaml",
  ]);
  expect(await readFile(join(dir, "out/application/infra/deployment.yaml"), "utf8")).toContain("nginx:1.14.2");
});

test("a mistake ends it with one error, without a stack trace of ours", async () => {
  const { exitCode, stderr } = await cdk8sSynth({ TIMONIER_APPLICATION_URL: "gitlab.com/x" });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('myappsource/source: url: expected https://HOST/PATH.git, got "gitlab.com/x"');
  expect(stderr).not.toMatch(/at .*\/(apps|constructs|delivery)\//);
});
