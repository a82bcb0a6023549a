import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheRoot } from "../../packages/toolchain/cache.js";
import { startTestGitLab, type TestGitLab } from "./gitlab-support.js";

// The CLI of python-gitlab, unmodified, against the embedded GitLab, over HTTPS.

// renovate: datasource=pypi depName=python-gitlab
const version = "8.6.0";
const venv = join(cacheRoot(process.env), `python-gitlab-${version}`);
const command = join(venv, "bin", "gitlab");

/** Installed once for all runs. @returns why it cannot be had; undefined: it is there */
async function install(): Promise<string | undefined> {
  if (existsSync(command)) return undefined;
  const attempt = `${venv}.${process.pid}`;
  const options = { reject: false, all: true, timeout: 120_000 } as const;
  const made = await execa("python3", ["-m", "venv", attempt], options);
  if (made.exitCode !== 0) return `python3 -m venv: ${made.all ?? "no python3"}`;
  const got = await execa(
    join(attempt, "bin", "pip"),
    ["install", "-q", `python-gitlab==${version}`, "PyYAML"],
    options,
  );
  rmSync(attempt, { recursive: true, force: true });
  if (got.exitCode !== 0) return `pip: ${got.all}`;
  // A virtual environment knows its own path: it is made again where it stays, with what pip has cached.
  await execa("python3", ["-m", "venv", venv]);
  await execa(join(venv, "bin", "pip"), ["install", "-q", `python-gitlab==${version}`, "PyYAML"], { timeout: 120_000 });
  return undefined;
}

const absent = await install();
if (absent) console.warn(`python-gitlab ${version} cannot be had, its tests are skipped: ${absent.slice(0, 300)}`);

describe.skipIf(absent !== undefined)("python-gitlab", () => {
  const folder = mkdtempSync(join(tmpdir(), "timonier-python-gitlab-"));
  const config = join(folder, "gitlab.cfg");
  let gitlab: TestGitLab;

  beforeAll(async () => {
    gitlab = await startTestGitLab();
    const lines = ["[global]", "default = here", "[here]", `url = ${gitlab.url}`, `private_token = ${gitlab.root}`];
    writeFileSync(config, [...lines, `ssl_verify = ${gitlab.caFile}`, ""].join("\n"), { mode: 0o600 });
  });
  afterAll(async () => {
    await gitlab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function say(...args: string[]) {
    // The authority is the configuration's: a variable for all of Python's requests would beat it.
    const env = { PATH: process.env.PATH ?? "", HOME: folder, PYTHON_GITLAB_CFG: config };
    const said = await execa(command, ["-o", "json", ...args], {
      env,
      extendEnv: false,
      reject: false,
      timeout: 60_000,
    });
    expect(said.stderr).toBe("");
    expect(said.exitCode).toBe(0);
    return said.stdout === "" ? undefined : JSON.parse(said.stdout);
  }

  test("creates a group, and a project with a file", async () => {
    const group = await say("group", "create", "--name", "crew", "--path", "crew");
    const project = await say("project", "create", "--name", "ship", "--namespace-id", String(group.id));
    expect(project).toMatchObject({ path_with_namespace: "crew/ship", visibility: "private" });
    const file = await say(
      "project-file",
      "create",
      ...["--project-id", "crew/ship", "--file-path", "log.txt", "--branch", "main"],
      ...["--content", "day one", "--commit-message", "Begin"],
    );
    expect(file).toMatchObject({ file_path: "log.txt", branch: "main" });
  });

  test("lists", async () => {
    const projects = await say("project", "list", "--get-all");
    expect(projects.map(({ path_with_namespace: path }: { path_with_namespace: string }) => path)).toEqual([
      "crew/ship",
    ]);
    expect(await say("project-branch", "list", "--project-id", "crew/ship")).toEqual([
      expect.objectContaining({ name: "main" }),
    ]);
  });

  test("protects: nobody pushes, maintainers merge", async () => {
    await say("project-protected-branch", "delete", "--project-id", "crew/ship", "--name", "main");
    const rule = await say(
      "project-protected-branch",
      "create",
      ...["--project-id", "crew/ship", "--name", "main", "--push-access-level", "0", "--merge-access-level", "40"],
    );
    expect(rule.push_access_levels).toEqual([expect.objectContaining({ access_level: 0 })]);
    expect(rule.merge_access_levels).toEqual([expect.objectContaining({ access_level: 40 })]);
  });

  test("merges", async () => {
    const at = ["--project-id", "crew/ship"];
    await say("project-branch", "create", ...at, "--branch", "topic", "--ref", "main");
    const change = ["--file-path", "log.txt", "--branch", "topic", "--content", "day two", "--commit-message", "Go on"];
    await say("project-file", "update", ...at, ...change);
    const request = await say(
      "project-merge-request",
      "create",
      ...at,
      ...["--source-branch", "topic", "--target-branch", "main", "--title", "Go on"],
    );
    const merged = await say("project-merge-request", "merge", ...at, "--iid", String(request.iid));
    expect(merged).toMatchObject({ state: "merged", merged_by: expect.objectContaining({ username: "root" }) });
  });

  test("deletes", async () => {
    await say("project", "delete", "--id", "crew/ship");
    expect((await gitlab.api("GET", "/projects/crew%2Fship")).status).toBe(404);
    const [left] = await say("project", "list", "--get-all");
    expect(left).toMatchObject({ path: expect.stringMatching(/^ship-deletion_scheduled-/), archived: true });
  });
});
