import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheRoot } from "../../packages/toolchain/cache.js";
import { commit, makeProject, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

// danger, unmodified, in what it takes for a pipeline of a merge request of the embedded GitLab. It
// sends forms (multipart), and comments on lines.

// renovate: datasource=npm depName=danger
const version = "14.0.7";
const folder = join(cacheRoot(process.env), `danger-${version}`);
const command = join(folder, "node_modules", ".bin", "danger");

/** Installed once for all runs. @returns why it cannot be obtained; undefined: it is there */
async function install(): Promise<string | undefined> {
  if (existsSync(command)) return undefined;
  const attempt = `${folder}.${process.pid}`;
  mkdirSync(attempt, { recursive: true });
  writeFileSync(join(attempt, "package.json"), '{"private":true}');
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", `danger@${version}`];
  const { exitCode, all } = await execa("npm", args, { cwd: attempt, reject: false, all: true, timeout: 120_000 });
  if (exitCode === 0) renameSync(attempt, folder);
  rmSync(attempt, { recursive: true, force: true });
  return exitCode === 0 ? undefined : `npm: ${all}`;
}

const absent = await install();
if (absent) console.warn(`danger ${version} cannot be obtained, its test is skipped: ${absent.slice(0, 300)}`);

const dangerfile = `
const { danger, fail, markdown, message, warn } = require("danger");
message("changed: " + danger.git.modified_files.join() + danger.git.created_files.join());
message("asks: " + danger.gitlab.mr.title + " by " + danger.gitlab.mr.author.username);
warn("look here", "a.txt", 2);
if (!danger.git.created_files.includes("b.txt")) fail("b.txt is missing");
markdown("## A table");
`;

describe.skipIf(absent !== undefined)("danger", () => {
  const work = mkdtempSync(join(tmpdir(), "timonier-danger-"));
  let gitlab: TestGitLab;
  let project: { id: number };

  beforeAll(async () => {
    gitlab = await startTestGitLab();
    project = await makeProject(gitlab, "app", { "a.txt": "1\n2\n3\n" });
    const changes = (files: object[]) => commit(gitlab, project.id, "topic", files, { start_branch: "main" });
    await changes([{ action: "update", file_path: "a.txt", content: "1\ntwo\n3\n" }]);
    await gitlab.api("POST", `/projects/${project.id}/merge_requests`, {
      ...{ source_branch: "topic", target_branch: "main", title: "Say two" },
    });
    writeFileSync(join(work, "dangerfile.js"), dangerfile);
  });
  afterAll(async () => {
    await gitlab?.remove();
    rmSync(work, { recursive: true, force: true });
  });

  const run = () =>
    execa(command, ["ci", "--dangerfile", "dangerfile.js", "--failOnErrors"], {
      cwd: work,
      extendEnv: false,
      reject: false,
      all: true,
      timeout: 60_000,
      env: {
        ...{
          PATH: process.env.PATH,
          HOME: work,
          NODE_EXTRA_CA_CERTS: gitlab.caFile,
          NODE_PATH: join(folder, "node_modules"),
        },
        ...{ GITLAB_CI: "1", CI_PROJECT_PATH: "root/app", CI_MERGE_REQUEST_IID: "1" },
        ...{ DANGER_GITLAB_HOST: gitlab.url, DANGER_GITLAB_API_TOKEN: gitlab.root },
      },
    });
  const path = () => `/projects/${project.id}/merge_requests/1`;
  const notes = async () => (await gitlab.api("GET", `${path()}/notes`)).body as Array<{ body: string; type: string }>;

  test("tells a failure by a note, and by a comment on the line", async () => {
    const said = await run();
    expect(said.exitCode, said.all).toBe(1);
    const [summary, ...more] = (await notes()).filter(({ body }) => body.includes("b.txt is missing"));
    expect([more.length, summary?.body]).toEqual([0, expect.stringContaining("asks: Say two by root")]);
    expect(summary?.body).toContain("changed: a.txt");
    expect(summary?.body).toContain("## A table");
    const [line] = (await notes()).filter(({ body }) => body.includes("look here"));
    expect(line).toMatchObject({ type: "DiffNote", position: { new_path: "a.txt", new_line: 2 } });
  });

  test("changes its note when the merge request is right, and leaves no second one", async () => {
    await commit(gitlab, project.id, "topic", [{ action: "create", file_path: "b.txt", content: "b\n" }]);
    const said = await run();
    expect(said.exitCode, said.all).toBe(0);
    expect((await notes()).filter(({ body }) => body.includes("is missing"))).toEqual([]);
    expect((await notes()).filter(({ body }) => body.includes("changed: "))).toHaveLength(1);
    expect((await notes()).filter(({ body }) => body.includes("look here"))).toHaveLength(1);
  });
});
