import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { connectGitLab, type GitLab } from "../../packages/kit/gitlab-client.js";
import { checkout } from "../../packages/kit/state-folder.js";
import type { Report } from "../../packages/report/model.js";
import { cacheRoot } from "../../packages/toolchain/cache.js";
import { readToken, reserveGitLab } from "../../simulators/gitlab/lifecycle.js";
import { type PipelineRun, runPipeline } from "./support/pipeline.js";
import { shownNote, withShownNote } from "./support/shown-note.js";
import { WorkingCopy } from "./support/working-copy.js";

// The pipelines of README's stack, each job as gitlab-ci-local runs it with its shell executor: the
// embedded GitLab has no runner. State is in a folder outside of the checkout. Each test goes on
// where the one before it stopped.

let copy: WorkingCopy;
let client: GitLab;
let gitlab: { readonly url: string; readonly caFile: string };
const stateFolder = mkdtempSync(join(tmpdir(), "timonier-ci-state-"));
const passphrase = "correct horse battery staple";
const program = "platform/timonier";
const repositories = ["setup", "application"] as const;
const pathOf = (repository: string) => `platform/fluxcd-gitops-${repository}`;
const backend = { PULUMI_BACKEND_URL: `file://${stateFolder}`, PULUMI_CONFIG_PASSPHRASE: passphrase };
const slow = 1_500_000;

const run = (...args: string[]) => copy.run(process.execPath, ["cli/timonier.mjs", ...args], backend);
const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, GIT_SSL_CAINFO: gitlab.caFile },
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
/** Only ever for this test's own git; jobs get tokens as variables. */
const withToken = (path: string) => `https://oauth2:${readToken(copy.gitlabFolder)}@${gitlab.url.slice(8)}/${path}.git`;

beforeAll(async () => {
  copy = new WorkingCopy();
  const settings = join(copy.state, "stacks", "embedded", "Pulumi.embedded.yaml");
  mkdirSync(join(settings, ".."), { recursive: true });
  const config = { "timonier:cluster": "embedded", "timonier:programRepository": `file://${copy.folder}` };
  writeFileSync(settings, stringify({ config }));
  git0(copy.folder);
}, slow);
afterAll(async () => {
  await copy?.remove();
  rmSync(stateFolder, { recursive: true, force: true });
}, slow);

/** The copy as somebody's clone of the program. */
function git0(folder: string): void {
  const call = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: folder,
      stdio: "ignore",
    });
  call("init", "--initial-branch", "main");
  call("add", "--all");
  call("commit", "-m", "the program");
}

/** What GitLab sets for every job of a project. */
function predefined(path: string, id: number, sha: string): Record<string, string> {
  const [, name = ""] = path.split("/");
  return {
    CI_SERVER_URL: gitlab.url,
    CI_API_V4_URL: `${gitlab.url}/api/v4`,
    CI_PROJECT_ID: String(id),
    CI_PROJECT_PATH: path,
    CI_PROJECT_NAME: name,
    CI_PROJECT_URL: `${gitlab.url}/${path}`,
    CI_PIPELINE_ID: "1",
    CI_JOB_URL: `${gitlab.url}/${path}/-/jobs/1`,
    CI_COMMIT_SHA: sha,
    CI_DEFAULT_BRANCH: "main",
    // The machine's own tools and packages: a cache of a pipeline's own would be filled for half an hour.
    TIMONIER_CACHE: cacheRoot(process.env),
    npm_config_cache: process.env.npm_config_cache ?? join(homedir(), ".npm"),
    TIMONIER_REHEARSAL: join(copy.state, "rehearsal"),
  };
}

/** What a pipeline of a merge request has besides. */
async function ofMergeRequest(project: string, iid: number): Promise<Record<string, string>> {
  const [{ id }, request] = [await client.Projects.show(project), await client.MergeRequests.show(project, iid)];
  const refs = request.diff_refs as { base_sha: string };
  return {
    ...predefined(project, id, request.sha),
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_MERGE_REQUEST_IID: String(iid),
    CI_MERGE_REQUEST_PROJECT_ID: String(id),
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: String(id),
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: request.target_branch,
    CI_MERGE_REQUEST_DIFF_BASE_SHA: refs.base_sha,
  };
}

/** One note, by whatever job; the documentation shows one such as this test got. */
async function expectOneNote(project: string, iid: number, shownIn?: string): Promise<void> {
  const notes = await client.MergeRequestNotes.all(project, iid);
  const [body, ...more] = notes.filter(({ system }) => !system).map((note) => note.body);
  expect(more).toEqual([]);
  expect(body).toContain("nginx-deployment");
  if (shownIn === undefined || body === undefined) return;
  const page = join(checkout, shownIn);
  const shown = shownNote(body);
  if (process.env.TIMONIER_WRITE_DOCS) writeFileSync(page, withShownNote(readFileSync(page, "utf8"), shown));
  expect(readFileSync(page, "utf8")).toContain(shown);
}

/** The Deployment of the story, READY/WANTED, once Flux has applied what was merged. */
async function expectReplicas(expected: string): Promise<void> {
  const look =
    "kubectl get deploy nginx-deployment -o jsonpath='{.status.readyReplicas}/{.status.replicas}/{.spec.replicas}'";
  await expect
    .poll(async () => (await copy.shell(look, backend)).stdout, { timeout: 120_000, interval: 500 })
    .toBe(`${expected}/${expected.split("/")[1]}`);
}

/** Neither of them may be in what a job said: both are variables of the pipeline. */
function expectNoSecret({ said, jobs }: PipelineRun): void {
  for (const text of [said, ...jobs.values()]) {
    expect(text).not.toMatch(/\bgl(pat|dt)-[\w-]{16,}/);
    expect(text).not.toContain(passphrase);
  }
}

describe("a stack that says where the program is", () => {
  test(
    "comes up with a pipeline in both repositories, committed with everything else",
    async () => {
      // A machine that is very busy may need a second one, as the first one says.
      const said = (await run("up")).exitCode === 0 ? await run("status") : await run("up");
      expect(said.all).toContain("everything is Ready");
      gitlab = await reserveGitLab(copy.gitlabFolder);
      client = connectGitLab({ ...gitlab, token: readToken(copy.gitlabFolder) });
      const expected = readFileSync(join(copy.folder, "ci/repository.yml"), "utf8");
      for (const repository of repositories) {
        const file = await client.RepositoryFiles.showRaw(pathOf(repository), ".gitlab-ci.yml", "main");
        expect(String(file)).toBe(expected);
        expect(await client.Commits.all(pathOf(repository))).toHaveLength(1);
      }
    },
    slow,
  );

  test("gives their pipelines what they need, and masks what is secret", async () => {
    const variables = await client.ProjectVariables.all(pathOf("application"));
    const known = Object.fromEntries(variables.map(({ key, value }) => [key, value]));
    expect(known).toMatchObject({
      TIMONIER_PROGRAM: `file://${copy.folder}`,
      TIMONIER_IMAGE: "node:24-bookworm",
      TIMONIER_REPOSITORY: "application",
      TIMONIER_CLUSTER: "embedded",
      TIMONIER_OTHER_REPOSITORY: `${gitlab.url}/${pathOf("setup")}.git`,
    });
    const masked = variables.filter((one) => one.masked).map(({ key }) => key);
    expect(masked.sort()).toEqual(["TIMONIER_NOTE_TOKEN", "TIMONIER_OTHER_TOKEN"]);
  });
});

test(
  "the checks pass in a pipeline",
  async () => {
    const check = async (job: string) => {
      const ran = await runPipeline({
        folder: copy.folder,
        predefined: {
          ...predefined(program, 1, git(copy.folder, "rev-parse", "HEAD")),
          CI_PIPELINE_SOURCE: "merge_request_event",
        },
        jobs: [job],
      });
      expect(ran.said).not.toMatch(/FAIL/);
      expect(ran.exitCode).toBe(0);
    };
    // Tested here are the jobs: that all of the program's types are right and all unit tests pass
    // is known from their own runs.
    const types = join(copy.folder, "tsconfig.json");
    writeFileSync(types, readFileSync(types, "utf8").replace(/"include": \[[^\]]*\]/, '"include": ["packages/kit"]'));
    await check("lint");
    for (const [parent, kept] of [
      ["test/unit", "packages"],
      ["test/unit/packages", "kit"],
    ] as const) {
      const others = readdirSync(join(copy.folder, parent)).filter((name) => name !== kept);
      for (const name of others) rmSync(join(copy.folder, parent, name), { recursive: true });
    }
    await check("unit");
    git(copy.folder, "checkout", "--quiet", "--", "test/unit", "tsconfig.json");
    expect(readFileSync(join(copy.folder, "reports/unit.xml"), "utf8")).toContain(
      '<testsuite name="test/unit/packages/kit/',
    );
  },
  slow,
);

describe("a change in apps/", () => {
  let iid: number;
  let variables: Record<string, string>;

  beforeAll(async () => {
    const { namespace_id: group } = { namespace_id: (await client.Namespaces.show("platform")).id };
    const project = await client.Projects.create({ name: "timonier", path: "timonier", namespaceId: group });
    const token = await client.ProjectAccessTokens.create(
      project.id,
      "notes",
      ["api"],
      new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
      { accessLevel: 20 },
    );
    variables = {
      ...backend,
      TIMONIER_STACKS: "embedded",
      TIMONIER_NOTE_TOKEN: token.token,
      TIMONIER_CA_FILE: gitlab.caFile,
    };
    git(copy.folder, "remote", "add", "origin", withToken(program));
    git(copy.folder, "push", "--quiet", "origin", "main");
    git(copy.folder, "switch", "--quiet", "--create", "topic");
    const file = join(copy.folder, "apps/settings.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("replicas: 3", "replicas: 2"));
    git(copy.folder, "commit", "--quiet", "--all", "--message", "two are enough");
    git(copy.folder, "push", "--quiet", "origin", "topic");
    iid = (await client.MergeRequests.create(program, "topic", "main", "Two are enough")).iid;
  }, slow);

  test(
    "is told on its merge request, published, told again where Flux pulls from, approved, merged, and in the cluster",
    async () => {
      const proposed = await runPipeline({
        folder: copy.folder,
        predefined: await ofMergeRequest(program, iid),
        variables,
        jobs: ["synth", "preview", "rehearse", "note", "gate"],
      });
      expect(proposed.said).not.toMatch(/FAIL/);
      expect(proposed.exitCode).toBe(0);
      // docs/pipelines.md states the minutes of a merge request.
      expect([...proposed.seconds.keys()].sort()).toEqual(["gate", "note", "preview", "rehearse", "synth"]);
      expectNoSecret(proposed);
      const report = JSON.parse(readFileSync(join(copy.folder, "rehearsal/report.json"), "utf8")) as Report;
      expect(report.verdict).toBe("safe");
      expect(report.changes.map(({ ref, action }) => `${action} ${ref.kind} ${ref.name}`)).toEqual([
        "updated Deployment nginx-deployment",
      ]);
      await expectOneNote(program, iid, "docs/merge-requests.md");

      git(copy.folder, "switch", "--quiet", "main");
      git(copy.folder, "merge", "--quiet", "--ff-only", "topic");
      const { id } = await client.Projects.show(program);
      const merged = await runPipeline({
        folder: copy.folder,
        predefined: {
          ...predefined(program, id, git(copy.folder, "rev-parse", "HEAD")),
          ...{ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" },
        },
        variables,
        jobs: ["up", "publish"],
      });
      // Its second `up`: the change is for Git to bring.
      expect(merged.jobs.get("up")).toMatch(/Resources:\s+\d+ unchanged/);
      expect(merged.jobs.get("publish")).toMatch(/fluxcd-gitops-application: opened https:\S+\/merge_requests\/1/);
      expect(merged.exitCode).toBe(0);
      expectNoSecret(merged);

      const path = pathOf("application");
      const folder = join(copy.folder, ".cache", "application-clone");
      git(copy.folder, "clone", "--quiet", "--branch", "timonier/publish", withToken(path), folder);
      const own = (await client.ProjectVariables.all(path)).map(({ key, value }) => [key, value]);
      const told = await runPipeline({
        folder,
        predefined: await ofMergeRequest(path, 1),
        variables: { ...Object.fromEntries(own), TIMONIER_CA_FILE: gitlab.caFile },
      });
      expect(told.said).not.toMatch(/FAIL/);
      expect(told.exitCode).toBe(0);
      expectNoSecret(told);
      await expectOneNote(path, 1);

      // The author does not approve: GitLab would not accept an author's own approval.
      const maintainer = connectGitLab({ ...gitlab, token: readToken(copy.gitlabFolder, "maintainer") });
      await maintainer.MergeRequestApprovals.approve(path, 1);
      expect((await run("merge")).stdout).toMatch(/fluxcd-gitops-application: merged !1 /);
      await expectReplicas("2/2");
    },
    slow,
  );

  test(
    "of a fork is not rehearsed: its pipeline says so and ends well",
    async () => {
      const folder = join(copy.folder, ".cache", "application-clone");
      const pipeline = {
        ...(await ofMergeRequest(pathOf("application"), 1)),
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "999",
      };
      const ran = await runPipeline({ folder, predefined: pipeline });
      expect(ran.exitCode).toBe(0);
      expect(ran.said).toContain("not rehearsed: a fork's pipeline has no tokens");
    },
    slow,
  );
});

test(
  "the schedule renews every token, those of the pipelines among them",
  async () => {
    const tokens = async () =>
      (await client.DeployTokens.all({ projectId: pathOf("setup") })).map(({ id, name }) => `${name} ${id}`).sort();
    const before = await tokens();
    const { id } = await client.Projects.show(program);
    const ran = await runPipeline({
      folder: copy.folder,
      predefined: {
        ...predefined(program, id, git(copy.folder, "rev-parse", "HEAD")),
        ...{ CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" },
      },
      variables: { ...backend, TIMONIER_STACKS: "embedded", TIMONIER_CA_FILE: gitlab.caFile },
    });
    expect(ran.exitCode).toBe(0);
    const after = await tokens();
    expect(after.map((one) => one.split(" ")[0])).toEqual([
      "embedded-fluxcd-gitops-setup",
      "fluxcd-gitops-setup-pipelines",
    ]);
    expect(after.filter((one) => before.includes(one))).toEqual([]);
    expectNoSecret(ran);
  },
  slow,
);
