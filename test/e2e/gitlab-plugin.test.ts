import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectGitLab, type GitLab } from "../../packages/kit/gitlab-client.js";
import { checkout } from "../../packages/kit/state-folder.js";
import { layoutOf } from "../../simulators/gitlab/layout.js";
import { makeProject, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

/** Every kind of resource that the plugin has. */
const program = `
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const changed = config.getBoolean("changed") ?? false;
const provider = new gitlab.Provider("gitlab", {
  baseUrl: config.require("url"),
  cacertFile: config.require("caFile"),
  token: config.requireSecret("token"),
});
const opts = { provider };
const project = new gitlab.Project("project", {
  name: "app",
  path: "app",
  description: changed ? "changed" : "at first",
  visibilityLevel: "private",
  initializeWithReadme: true,
  permanentlyDeleteOnDestroy: true,
}, opts);
const branch = new gitlab.Branch("branch", { project: project.id, name: "topic", ref: "main" }, opts);
const file = new gitlab.RepositoryFile("file", {
  project: project.id, branch: branch.name, filePath: "docs/hello.txt", content: changed ? "b" : "a", encoding: "text", commitMessage: "Say hello",
}, opts);
const protection = new gitlab.BranchProtection("protection", {
  project: project.id, branch: "main", pushAccessLevel: changed ? "maintainer" : "no one", mergeAccessLevel: "maintainer",
}, opts);
const deploy = new gitlab.ProjectDeployToken("deploy", {
  project: project.id, name: "reader", scopes: ["read_repository"], expiresAt: changed ? "2031-01-01T00:00:00Z" : "2030-01-01T00:00:00Z",
}, opts);
const bot = new gitlab.ProjectAccessToken("bot", {
  project: project.id, name: "notes", scopes: ["api"], accessLevel: "reporter", rotationConfiguration: { expirationDays: 30, rotateBeforeDays: 7 },
}, opts);
const hook = new gitlab.ProjectHook("hook", {
  project: project.id, url: "https://flux.example/hook/x", token: pulumi.secret("hook-canary"), pushEvents: true, mergeRequestsEvents: changed,
}, opts);
new gitlab.ProjectVariable("variable", { project: project.id, key: "CLUSTER", value: changed ? "two" : "one" }, opts);
const group = new gitlab.Group("group", { path: "team", name: "team", visibilityLevel: "private" }, opts);

const me = gitlab.getCurrentUserOutput({ provider });
const team = { group: group.id, name: "team", scopes: ["read_repository"] };
new gitlab.GroupDeployToken("groupDeploy", team, opts);
new gitlab.GroupAccessToken("groupBot", { ...team, scopes: ["read_api"], accessLevel: "developer", expiresAt: config.require("day") }, opts);
new gitlab.PersonalAccessToken("personal", { userId: me.id.apply(Number), name: "mine", scopes: ["read_user"], expiresAt: config.require("day") }, opts);
new gitlab.ProjectShareGroup("share", { project: project.id, groupId: group.id.apply(Number), groupAccess: "reporter" }, opts);
new gitlab.DeployKey("key", { project: project.id, title: "flux", key: config.require("key"), canPush: false }, opts);
new gitlab.PipelineSchedule("nightly", {
  project: project.id, description: "nightly", ref: "refs/heads/main", cron: changed ? "0 2 * * *" : "0 1 * * *", active: false,
}, opts);
new gitlab.ProjectJobTokenScopes("jobs", { project: project.id, enabled: true, targetProjectIds: [], targetGroupIds: [group.id.apply(Number)] }, opts);
new gitlab.ProjectLevelMrApprovals("approvals", { project: project.id, resetApprovalsOnPush: changed, mergeRequestsAuthorApproval: false }, opts);
new gitlab.ProjectApprovalRule("rule", { project: project.id, name: "two", approvalsRequired: changed ? 1 : 2, userIds: [me.id.apply(Number)] }, opts);

const read = gitlab.getProjectOutput({ id: project.id }, opts);
const metadata = gitlab.getMetadataOutput({ provider });

export const id = project.id;
export const ids = [protection.id, deploy.id, bot.id, hook.id, branch.id, file.id].map((one) => pulumi.unsecret(one));
export const path = read.pathWithNamespace;
export const version = metadata.version;
export const user = me.username;
export const deployToken = deploy.token;
export const groupPath = group.fullPath;
`;

/** One deploy token in each of the projects that the configuration names. */
const tokensOnly = `
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const provider = new gitlab.Provider("gitlab", {
  baseUrl: config.require("url"),
  cacertFile: config.require("caFile"),
  token: config.requireSecret("token"),
});
for (const id of config.requireObject<number[]>("projects"))
  new gitlab.ProjectDeployToken(String(id), { project: String(id), name: "reader", scopes: ["read_repository"] }, { provider });
`;

/** Of a key pair whose private half was thrown away. */
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd+QTF4KBP8sgzbnuHYYM2zBWzq6hLD8BN/+3/Bnb/X flux";

let folder: string;
let gitlab: TestGitLab;
let client: GitLab;
let env: NodeJS.ProcessEnv;

const toolFolders = [process.env.TIMONIER_BIN, join(checkout, ".timonier", "bin")].filter((it): it is string =>
  Boolean(it),
);
const path = [...toolFolders, process.env.PATH].join(delimiter);
const findTool = (tool: string) =>
  path
    .split(delimiter)
    .map((bin) => join(bin, tool))
    .find((file) => existsSync(file));
const engine = findTool("pulumi") ?? "pulumi";
const missing = ["pulumi", "pulumi-language-nodejs", "git"].filter((tool) => !findTool(tool));
if (missing.length > 0) console.log(`skipped: no ${missing.join(", ")} on PATH, in TIMONIER_BIN or in .timonier/bin`);

async function pulumi(...args: string[]) {
  return execa(engine, [...args, "--non-interactive"], {
    cwd: join(folder, "program"),
    env,
    extendEnv: false,
    reject: false,
  });
}

/** Makes a stack, selects it, and tells it which GitLab to use. */
async function initStack(name: string): Promise<void> {
  await pulumi("stack", "init", name);
  await pulumi("config", "set", "url", gitlab.url);
  await pulumi("config", "set", "caFile", gitlab.caFile);
  const options = { cwd: join(folder, "program"), env, extendEnv: false, input: gitlab.root };
  await execa(engine, ["config", "set", "--secret", "token"], options);
}

interface EngineEvent {
  readonly diagnosticEvent?: { readonly message: string; readonly severity: string };
  readonly summaryEvent?: { readonly resourceChanges: Record<string, number> };
}

/** Runs a command of the engine. @returns resources by what happened to them, from the engine's own summary */
async function changes(command: string, ...args: string[]): Promise<Record<string, number>> {
  const run = await pulumi(command, "--yes", "--skip-preview", "--json", ...args);
  const lines = run.stdout.split("\n").filter((line) => line.startsWith("{"));
  const events = lines.map((line) => JSON.parse(line) as EngineEvent);
  const errors = events.flatMap(({ diagnosticEvent: said }) => (said?.severity === "error" ? [said.message] : []));
  expect({ errors, exitCode: run.exitCode }).toEqual({ errors: [], exitCode: 0 });
  return events.find((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {};
}

/** Requests so far that could have changed something. */
const writes = () =>
  readFileSync(layoutOf(gitlab.dir).journal, "utf8")
    .split("\n")
    .filter((line) => line !== "" && JSON.parse(line).method !== "GET").length;

const outputs = async () => JSON.parse((await pulumi("stack", "output", "--json", "--show-secrets")).stdout);

beforeAll(async () => {
  if (missing.length > 0) return;
  folder = mkdtempSync(join(tmpdir(), "gitlab-plugin-"));
  gitlab = await startTestGitLab({ tier: "premium" });
  client = connectGitLab({ url: gitlab.url, token: gitlab.root, caFile: gitlab.caFile });

  const bin = join(folder, "bin");
  const home = join(folder, "home");
  for (const made of [bin, home, join(folder, "program"), join(folder, "state")]) mkdirSync(made);
  symlinkSync(join(checkout, "simulators/gitlab-provider/pulumi-resource-gitlab"), join(bin, "pulumi-resource-gitlab"));
  symlinkSync(join(checkout, "node_modules"), join(folder, "program", "node_modules"));
  writeFileSync(
    join(folder, "program", "package.json"),
    JSON.stringify({ name: "program", type: "module", main: "start.mjs" }),
  );
  writeFileSync(
    join(folder, "program", "Pulumi.yaml"),
    "name: story\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  // Language hosts differ in how they pass options to Node.
  const [loader, program_] = [join(checkout, "packages/kit/run.mjs"), join(folder, "program", "index.ts")].map((path) =>
    JSON.stringify(path),
  );
  const start = `import { load } from ${loader};\nexport default () => load(${program_});\n`;
  writeFileSync(join(folder, "program", "start.mjs"), start);
  writeFileSync(join(folder, "program", "index.ts"), program);
  writeFileSync(join(folder, "passphrase"), "a passphrase of this test");
  chmodSync(join(folder, "passphrase"), 0o600);
  env = {
    PATH: [bin, path].join(delimiter),
    HOME: home,
    PULUMI_HOME: join(home, ".pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "1",
  };
  await initStack("dev");
  await pulumi("config", "set", "day", new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await pulumi("config", "set", "key", publicKey);
});

afterAll(async () => {
  if (!folder) return;
  await gitlab.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(missing.length > 0)(
  "a program on the real engine makes, keeps, refreshes, changes and removes",
  async () => {
    // WHEN made
    const made = await changes("up");
    // THEN everything is there, under the official provider's ids
    expect(made.create).toBe(20);
    const first = await outputs();
    expect(first).toMatchObject({ path: "root/app", user: "root", groupPath: "team" });
    expect(first.version).toMatch(/^\d+\./);
    const [protection, deploy, bot, hook, branch, file] = first.ids;
    expect(protection).toBe(`${first.id}:main`);
    expect([deploy, bot, hook].every((one) => new RegExp(`^${first.id}:\\d+$`).test(one))).toBe(true);
    expect([branch, file]).toEqual([`${first.id}:topic`, `${first.id}:topic:docs/hello.txt`]);
    const rule = await client.ProtectedBranches.show(first.id, "main");
    expect(rule.push_access_levels?.map(({ access_level }) => access_level)).toEqual([0]);
    // AND no secret is in the state in clear
    const state = readFileSync(join(folder, "state", ".pulumi", "stacks", "story", "dev.json"), "utf8");
    for (const canary of ["hook-canary", first.deployToken, gitlab.root]) {
      expect(canary.length).toBeGreaterThan(5);
      expect(state).not.toContain(canary);
    }

    // WHEN run again, or refreshed, nothing changes, and GitLab is not asked to change anything
    const before = writes();
    expect(await changes("up")).toEqual({ same: 20 });
    expect(await changes("refresh")).toEqual({ same: 20 });
    expect(writes()).toBe(before);

    // WHEN the program changes: eight are updated, the deploy token is recreated
    await pulumi("config", "set", "changed", "true");
    const changed = await changes("up");
    expect(changed).toMatchObject({ update: 8, replace: 1 });
    const second = await outputs();
    expect(second.id).toBe(first.id);
    expect(second.deployToken).not.toBe(first.deployToken);
    expect((await client.Projects.show(first.id)).description).toBe("changed");
    expect(await changes("up")).toEqual({ same: 20 });

    // WHEN somebody changes it by hand
    await client.Projects.edit(first.id, { description: "by hand" });
    // THEN a refresh says so and the next run puts it right
    expect(await changes("refresh")).toMatchObject({ update: 1 });
    expect(await changes("up")).toMatchObject({ update: 1 });

    // WHEN removed, nothing is left
    await changes("destroy");
    await expect(client.Projects.show(first.id)).rejects.toThrow(/404/);
    expect((await client.Projects.all({ owned: true })).map(({ path }) => path)).toEqual([]);
  },
  120_000,
);

test.skipIf(missing.length > 0)(
  "every refusal of GitLab's is one clear error of its resource, and the next run makes what is missing once",
  async () => {
    const refusals: Array<[status: number, body: object, words: RegExp]> = [
      [401, { message: "401 Unauthorized" }, /does not accept the token \(401\)/],
      [403, { message: "403 Forbidden" }, /may not do this \(403\)/],
      [404, { message: "404 Project Not Found" }, /no such object, or hides it .*\(404\)/],
      [409, { message: "409 Conflict" }, /already exists \(409\)/],
      [422, { message: "Invalid url given" }, /rejects a value \(422\)/],
      [500, { message: "500 Internal Server Error" }, /GitLab failed \(500\)/],
    ];
    const projects: number[] = [];
    for (const [status, body] of refusals) {
      const { id } = await makeProject(gitlab, `refused-${status}`);
      projects.push(id);
      const path = `/projects/${id}/deploy_tokens$`;
      await gitlab.api("POST", "/-/timonier/faults", { method: "POST", path, times: 50, status, body });
    }
    writeFileSync(join(folder, "program", "index.ts"), tokensOnly);
    await initStack("refused");
    await pulumi("config", "set", "projects", JSON.stringify(projects));
    const failed = await pulumi("up", "--yes", "--skip-preview", "--continue-on-error");
    await gitlab.api("DELETE", "/-/timonier/faults");
    expect(failed.exitCode).not.toBe(0);
    const errors = failed.stdout.split(/(?=^ *error: )/m).filter((part) => part.includes("where:"));
    expect(errors).toHaveLength(refusals.length);
    for (const [index, [, , words]] of refusals.entries()) {
      const own = errors.filter((error) => error.includes(`/projects/${projects[index]}/deploy_tokens`));
      expect(own).toEqual([expect.stringMatching(words)]);
      expect(own[0]).toMatch(/fix: {3}\S/);
    }
    expect(failed.stdout).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);

    expect(await changes("up")).toMatchObject({ create: refusals.length });
    for (const id of projects) expect((await gitlab.api("GET", `/projects/${id}/deploy_tokens`)).body).toHaveLength(1);
  },
);
