import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StatusReport } from "../../cli/status/status-report.js";
import { layoutOf } from "../../simulators/gitlab/layout.js";
import { apiOf } from "./cluster-support.js";
import { makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { permissions, permissionsFile, renderPermissions } from "./support/permissions.js";
import { changeSetting, configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// A GitLab that the stack does not own: below a path, with a certificate of its own authority, licensed, in a nested
// group that the program makes. The cluster is the embedded one. Each test goes on where the one before it stopped.

let gitlab: TestGitLab;
let copy: WorkingCopy;
const namespace = "team/platform";
// Not the administrator: what a platform team gets of its GitLab.
let pilot: Awaited<ReturnType<typeof makeUser>>;
const run = (...args: string[]) =>
  copy.run(process.execPath, ["cli/timonier.mjs", ...args], { GITLAB_TOKEN: pilot.token });
const at = (repository: string) => `/projects/${encodeURIComponent(`${namespace}/fluxcd-gitops-${repository}`)}`;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab({ prefix: "/gitlab", tier: "premium" })];
  await gitlab.api("POST", "/groups", { name: "team", path: "team" });
  pilot = await makeUser(gitlab, "pilot");
  await gitlab.api("POST", "/groups/team/members", { user_id: pilot.id, access_level: 50 });
  configureRemote(copy, gitlab, {
    namespace,
    createNamespace: "true",
    ciToken: "true",
    codeOwners: "@team",
    imageAutomation: "true",
    webhookUrl: "https://flux-hooks.example.org",
  });
});
afterAll(async () => {
  await copy?.remove();
  await gitlab?.remove();
});

/** User name and password of a Secret in the cluster. */
async function credentialsIn(namespace: string, name: string): Promise<[string, string]> {
  const api = apiOf(copy.clusterFolder);
  try {
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const { data } = await api.call<{ data: { username: string; password: string } }>({ path });
    const decode = (text: string) => Buffer.from(text, "base64").toString();
    return [decode(data.username), decode(data.password)];
  } finally {
    api.close();
  }
}

describe("up", () => {
  test("without a token is one error with the fix, and nothing was written", async () => {
    const said = await copy.timonier("up");
    expect(said.exitCode).not.toBe(0);
    expect(said.all).toContain("the GitLab token is missing");
    expect(said.all).toContain("export GITLAB_TOKEN=");
    expect((await gitlab.api("GET", "/projects")).body).toEqual([]);
  });

  test("makes the group, the repositories in it, and everything Ready", async () => {
    const said = await run("up");
    expect(said.all).toContain("everything is Ready");
    expect((await gitlab.api("GET", `/groups/${encodeURIComponent(namespace)}`)).body.parent_id).toBeGreaterThan(0);
    expect((await gitlab.api("GET", at("setup"))).body.path_with_namespace).toBe(`${namespace}/fluxcd-gitops-setup`);
    expect(said.all).not.toContain(pilot.token);
  });

  test("`status` names each token, who uses it, and its days", async () => {
    const { tokens, ok }: StatusReport = JSON.parse((await run("status", "--json")).stdout);
    expect(ok).toBe(true);
    const rows = tokens.map(({ name, owner, scopes }) => `${name} | ${owner} | ${scopes.join()}`);
    expect(rows).toContain(
      `embedded-fluxcd-gitops-setup | deploy token of ${namespace}/fluxcd-gitops-setup | read_repository`,
    );
    expect(rows).toContain(`fluxcd-gitops-setup-notes | pipelines of ${namespace}/fluxcd-gitops-setup | api`);
    for (const { name, daysLeft } of tokens.filter((one) => one.name.includes("gitops"))) {
      expect([name, daysLeft]).toEqual([name, 89]);
    }
  });
});

describe("protection where the licence has approvals", () => {
  test("asks for an approval by somebody else, and by code owners", async () => {
    const { body: approvals } = await gitlab.api("GET", `${at("setup")}/approvals`);
    expect(approvals).toMatchObject({
      merge_requests_author_approval: false,
      merge_requests_disable_committers_approval: true,
      reset_approvals_on_push: true,
    });
    const { body: rules } = await gitlab.api("GET", `${at("setup")}/approval_rules`);
    expect(rules).toEqual([expect.objectContaining({ rule_type: "any_approver", approvals_required: 1 })]);
    const { body: branch } = await gitlab.api("GET", `${at("setup")}/protected_branches/main`);
    expect(branch).toMatchObject({ allow_force_push: false, code_owner_approval_required: true });
    const owners = await gitlab.api("GET", `${at("setup")}/repository/files/.gitlab%2FCODEOWNERS/raw?ref=main`);
    expect(owners.body).toBe("* @team\n");
  });

  test("nobody pushes to main, the administrator neither", async () => {
    const folder = gitlab.scratch("pushed");
    const from = gitlab.repository(`${namespace}/fluxcd-gitops-application`, "root", gitlab.root);
    expect((await gitlab.git(dirname(folder), ["clone", "-q", from, folder])).code).toBe(0);
    await gitlab.git(folder, ["commit", "-q", "--allow-empty", "-m", "past review"]);
    const pushed = await gitlab.git(folder, ["push", "origin", "HEAD:main"]);
    expect(pushed.code).not.toBe(0);
    expect(pushed.out).toContain("You are not allowed to push code to protected branches on this project.");
  });
});

describe("the cluster's token", () => {
  let username: string;
  let password: string;
  beforeAll(async () => {
    [username, password] = await credentialsIn("flux-system", "flux-system");
    expect(password).toMatch(/^gldt-/);
  });
  const remote = (args: readonly string[], repository: string) =>
    gitlab.git("/", [...args, gitlab.repository(`${namespace}/fluxcd-gitops-${repository}`, username, password)]);

  test("reads its repository", async () => {
    expect((await remote(["ls-remote", "--heads"], "setup")).out).toContain("refs/heads/main");
  });
  test("cannot read another one", async () => {
    expect((await remote(["ls-remote"], "application")).code).not.toBe(0);
  });
  test("cannot push, to no branch", async () => {
    const folder = gitlab.scratch("reader");
    const url = gitlab.repository(`${namespace}/fluxcd-gitops-setup`, username, password);
    await gitlab.git("/", ["clone", "-q", url, folder]);
    await gitlab.git(folder, ["commit", "-q", "--allow-empty", "-m", "more than reading"]);
    const pushed = await gitlab.git(folder, ["push", "origin", "HEAD:topic"]);
    expect(pushed.code).not.toBe(0);
    expect(pushed.out).toMatch(/403|not allowed to upload code/);
  });
  test("cannot use the API", async () => {
    expect((await gitlab.api("GET", at("setup"), undefined, password)).status).toBe(401);
  });
});

describe("the pipelines' token", () => {
  const note = async () =>
    (await gitlab.api("GET", `${at("setup")}/variables/TIMONIER_NOTE_TOKEN`)).body as Record<string, string>;

  test("is a masked variable, beside the authority as a file", async () => {
    expect(await note()).toMatchObject({ masked: true, protected: false });
    const { body } = await gitlab.api("GET", `${at("setup")}/variables/TIMONIER_CA_FILE`);
    expect(body).toMatchObject({ variable_type: "file", value: expect.stringContaining("BEGIN CERTIFICATE") });
  });
  test("cannot change protection, make tokens, push or see the other repository", async () => {
    const { value } = await note();
    const status = async (method: string, path: string, body?: object) =>
      (await gitlab.api(method, path, body, value as string)).status;
    expect(await status("GET", `${at("setup")}/merge_requests`)).toBe(200);
    expect(await status("DELETE", `${at("setup")}/protected_branches/main`)).toBe(403);
    expect(await status("POST", `${at("setup")}/deploy_tokens`, { name: "x", scopes: ["read_repository"] })).toBe(403);
    expect(await status("POST", `${at("setup")}/repository/branches`, { branch: "x", ref: "main" })).toBe(403);
    expect(await status("GET", at("application"))).toBe(404);
  });
});

describe("the token for image updates", () => {
  test("pushes to a branch that is not protected, not to main, and cannot use the API", async () => {
    const [user, password] = await credentialsIn("default", "image-automation");
    const folder = gitlab.scratch("images");
    const url = gitlab.repository(`${namespace}/fluxcd-gitops-application`, user, password);
    expect((await gitlab.git("/", ["clone", "-q", url, folder])).code).toBe(0);
    await gitlab.git(folder, ["commit", "-q", "--allow-empty", "-m", "a newer image"]);
    expect((await gitlab.git(folder, ["push", "origin", "HEAD:image-updates"])).code).toBe(0);
    expect((await gitlab.git(folder, ["push", "origin", "HEAD:main"])).out).toContain("not allowed to push code");
    expect((await gitlab.api("GET", at("application"), undefined, password)).status).toBe(403);
    const other = gitlab.repository(`${namespace}/fluxcd-gitops-setup`, user, password);
    expect((await gitlab.git("/", ["ls-remote", other])).code).not.toBe(0);
  });
});

describe("rotation", () => {
  test("`timonier rotate` renews each token once, and the next `up` none", async () => {
    const names = async () => {
      const [deploy, access] = await Promise.all([
        gitlab.api("GET", `${at("setup")}/deploy_tokens`),
        gitlab.api("GET", `${at("setup")}/access_tokens?state=active`),
      ]);
      return [...deploy.body, ...access.body].map(({ id, name }: { id: number; name: string }) => `${id} ${name}`);
    };
    const before = await names();
    expect((await run("rotate")).exitCode).toBe(0);
    const after = await names();
    expect(after).toHaveLength(before.length);
    expect(after.filter((one) => before.includes(one))).toEqual([]);
    expect((await run("up")).all).toMatch(/Resources:\s+\d+ unchanged/);
    expect(await names()).toEqual(after);
  });

  test("a read token that somebody revoked is healed by `up`", async () => {
    const [token] = (await gitlab.api("GET", `${at("application")}/deploy_tokens`)).body;
    await gitlab.api("DELETE", `${at("application")}/deploy_tokens/${token.id}`);
    // The same run protects the repositories, for the tests of `down`.
    changeSetting(copy, "protect", "true");
    const said = await run("up");
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toContain("everything is Ready");
    const tokens = (await gitlab.api("GET", `${at("application")}/deploy_tokens`)).body;
    expect(tokens.map(({ name }: { name: string }) => name)).toEqual([token.name]);
  });
});

test("`publish` proposes a change, and takes it back when nothing differs any more", async () => {
  const settings = join(copy.folder, "apps/settings.yaml");
  const replicas = async (count: number) => {
    writeFileSync(settings, readFileSync(settings, "utf8").replace(/replicas: .*/g, `replicas: ${count}`));
    return (await run("publish")).stdout;
  };
  expect(await replicas(2)).toMatch(/fluxcd-gitops-application: opened \S+merge_requests\/1/);
  expect(await replicas(4)).toMatch(/fluxcd-gitops-application: updated/);
  expect(await replicas(3)).toMatch(/fluxcd-gitops-application: nothing differs any more, closed/);
});

test("an `up` with the official plugin, where PATH has it, keeps all that our own one made", async () => {
  const official = join(copy.folder, "test/e2e/support/official");
  const starts = join(copy.temporary, "starts");
  const up = await copy.run(process.execPath, ["cli/timonier.mjs", "up"], {
    GITLAB_TOKEN: pilot.token,
    OFFICIAL_STARTS: starts,
    PATH: `${official}${delimiter}${process.env.PATH}`,
  });
  expect(up.exitCode, up.all).toBe(0);
  expect(readFileSync(starts, "utf8")).toContain("started");
  // The roles of the protected branches come in lists now, which is the same protection.
  expect(up.all).toMatch(/Resources:\s+\d+ unchanged/);
  const { body: branch } = await gitlab.api("GET", `${at("setup")}/protected_branches/main`);
  expect(branch.push_access_levels).toMatchObject([{ access_level: 0 }]);
  expect(branch.merge_access_levels).toMatchObject([{ access_level: 40 }]);
});

describe("down", () => {
  test("spares what is protected: repositories, their branches' protection, the group; and says so", async () => {
    const said = await run("down");
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toContain(`kept ${namespace}/fluxcd-gitops-setup: protected`);
    expect(said.all).toContain(`kept ${namespace}: protected`);
    const { body: branch } = await gitlab.api("GET", `${at("setup")}/protected_branches/main`);
    expect(branch.push_access_levels).toMatchObject([{ access_level: 0 }]);
    expect((await gitlab.api("GET", `${at("setup")}/deploy_tokens`)).body).toEqual([]);
    expect(copy.processes()).toEqual([]);
  });

  test("and the next `up` goes on with the same repositories", async () => {
    const { body: before } = await gitlab.api("GET", at("setup"));
    const said = await run("up");
    expect(said.all).toContain("everything is Ready");
    expect((await gitlab.api("GET", at("setup"))).body.id).toBe(before.id);
  });

  test("deletes them for good once protection is lifted, without another `up`", async () => {
    changeSetting(copy, "protect", "false");
    const said = await run("down");
    expect(said.exitCode, said.all).toBe(0);
    expect((await gitlab.api("GET", at("setup"))).status).toBe(404);
    expect((await gitlab.api("GET", "/projects?include_pending_delete=true")).body).toEqual([]);
    expect((await gitlab.api("GET", `/groups/${encodeURIComponent(namespace)}`)).status).toBe(404);
  });
});

test("docs/permissions.md says what all of this needed of GitLab: each call, its scope and its role", () => {
  const needed = permissions(readFileSync(layoutOf(gitlab.dir).journal, "utf8"), "pilot");
  if (process.env.TIMONIER_WRITE_DOCS) writeFileSync(permissionsFile, renderPermissions(needed));
  expect(readFileSync(permissionsFile, "utf8")).toBe(renderPermissions(needed));
});
