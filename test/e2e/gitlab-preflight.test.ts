import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../infra/finding.js";
import { commit, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// What is looked at before anything is made, on a GitLab that the stack does not own, with the real engine.

let gitlab: TestGitLab;
let copy: WorkingCopy;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab()];
  await gitlab.api("POST", "/groups", { name: "team", path: "team" });
});
afterAll(async () => {
  delete process.env.GITLAB_TOKEN;
  await copy?.remove();
  await gitlab?.remove();
});

let token: string | undefined;
const configure = (settings: Record<string, string>) => configureRemote(copy, gitlab, settings);

async function doctor(): Promise<{ exitCode: number; ok: boolean; findings: Finding[] }> {
  const env = { GITLAB_TOKEN: token ?? gitlab.root };
  const { exitCode, stdout } = await copy.run(process.execPath, ["cli/timonier.mjs", "doctor", "--json"], env);
  return { exitCode, ...JSON.parse(stdout) };
}

const fatal = async () => (await doctor()).findings.filter(({ level }) => level === "fatal");
const writes = async () => (await gitlab.api("GET", "/-/timonier/journal")).body.counts.writes as number;

describe("doctor", () => {
  test("before anything is there says what `up` would find, and writes nothing", async () => {
    configure({ namespace: "team" });
    const before = await writes();
    const { exitCode, ok, findings } = await doctor();
    expect([exitCode, ok]).toEqual([0, true]);
    expect(findings.map(({ subject, level, message }) => `${subject}: ${level}, ${message}`)).toEqual([
      "settings: ok, of stack embedded and of apps/",
      expect.stringMatching(/^token: ok, ".+" of root/),
      expect.stringMatching(/^token's scopes: ok, .*api/),
      expect.stringMatching(/^GitLab: ok, https:\S+, version \S+, free tier$/),
      "namespace team: ok, group where root may create projects",
      "repository team/fluxcd-gitops-setup: ok, free, will be created",
      "repository team/fluxcd-gitops-application: ok, free, will be created",
    ]);
    expect(await writes()).toBe(before);
  });

  test("shows a table to people, each fault with its fix", async () => {
    configure({ namespace: "nowhere" });
    const said = await copy.run(process.execPath, ["cli/timonier.mjs", "doctor"], { GITLAB_TOKEN: gitlab.root });
    expect(said.exitCode).toBe(1);
    expect(said.stdout).toMatch(/^fatal {2,}namespace nowhere {2,}there is no such group or user/m);
    expect(said.stdout).toContain("fix: correct the setting namespace");
  });

  test("a wrong setting, a token that is refused and a GitLab that is not there are lines like the others", async () => {
    configure({ visibility: "secret" });
    expect(await fatal()).toMatchObject([{ message: expect.stringContaining("visibility") }]);
    configure({});
    token = "glpat-nobody";
    expect(await fatal()).toMatchObject([{ message: expect.stringContaining("does not accept the token (401)") }]);
    token = undefined;
    configure({ gitlabUrl: "https://127.0.0.1:65431" });
    expect(await fatal()).toMatchObject([{ message: expect.stringContaining("no server listens") }]);
  });

  test("a token with too narrow a scope, and one of a user without the role", async () => {
    configure({ namespace: "team" });
    const reader = await makeUser(gitlab, "reader", ["read_api", "read_user"]);
    token = reader.token;
    expect(await fatal()).toMatchObject([
      { subject: "token's scopes", message: expect.stringContaining("read_api read_user") },
      { subject: "namespace team" },
    ]);
    const guest = await makeUser(gitlab, "guest");
    await gitlab.api("POST", "/groups/team/members", { user_id: guest.id, access_level: 10 });
    token = guest.token;
    expect(await fatal()).toMatchObject([
      { subject: "namespace team", message: "guest is Guest of team; creating projects there requires Developer" },
    ]);
    token = undefined;
  });

  test("a group in a repository's place, an archived one, and one without the branch", async () => {
    await gitlab.api("POST", "/groups", { name: "busy", path: "busy" });
    const { body: busy } = await gitlab.api("GET", "/groups/busy");
    await gitlab.api("POST", "/groups", { name: "g", path: "fluxcd-gitops-setup", parent_id: busy.id });
    const { body: old } = await gitlab.api("POST", "/projects", { name: "old", namespace_id: busy.id });
    await gitlab.api("POST", `/projects/${old.id}/archive`);
    configure({ namespace: "busy", applicationRepository: "old" });
    expect(await fatal()).toMatchObject([
      { subject: "repository busy/fluxcd-gitops-setup", message: "a group has this path" },
      { subject: "repository busy/old", message: expect.stringContaining("archived") },
    ]);
    const { body: trunk } = await gitlab.api("POST", "/projects", { name: "trunk", namespace_id: busy.id });
    await commit(gitlab, trunk.id, "trunk", [{ action: "create", file_path: "a", content: "b" }]);
    configure({ namespace: "busy", setupRepository: "trunk", applicationRepository: "new" });
    expect(await fatal()).toMatchObject([{ message: expect.stringContaining("no branch main") }]);
  });
});

test("`up` and `pulumi preview` stop at the first fatal line, with nothing made anywhere", async () => {
  configure({ namespace: "busy", applicationRepository: "old" });
  const before = await writes();
  const said = await copy.run(process.execPath, ["cli/timonier.mjs", "up"], { GITLAB_TOKEN: gitlab.root });
  expect(said.exitCode).toBe(1);
  expect(said.all).toContain("a group has this path");
  expect(said.all).toContain("where: repository busy/fluxcd-gitops-setup");
  expect(said.all).toMatch(/fix: {3}choose another name/);
  expect(said.all).not.toContain("archived");
  expect(said.all).not.toMatch(/^\s+at .+:\d+/m);
  expect(await writes()).toBe(before);
  expect(copy.processes()).toEqual([]);
});

describe("what is there already", () => {
  let setup: { id: number };
  let deleted: { id: number };
  const path = (name: string) => `/projects/${encodeURIComponent(`team/${name}`)}`;
  const up = (...args: string[]) =>
    copy.run(process.execPath, ["cli/timonier.mjs", ...args], { GITLAB_TOKEN: gitlab.root });

  beforeAll(async () => {
    const { body: team } = await gitlab.api("GET", "/groups/team");
    const wish = { namespace_id: team.id, description: "ours since 2019", merge_method: "ff" };
    setup = (await gitlab.api("POST", "/projects", { name: "fluxcd-gitops-setup", ...wish })).body;
    await commit(gitlab, setup.id, "main", [
      { action: "create", file_path: "README.md", content: "written by people\n" },
    ]);
    const application = { name: "fluxcd-gitops-application", namespace_id: team.id };
    deleted = (await gitlab.api("POST", "/projects", application)).body;
    await gitlab.api("DELETE", `/projects/${deleted.id}`);
    configure({ namespace: "team", deletedProject: "purge" });
  });

  test("is named by doctor", async () => {
    expect((await doctor()).findings).toContainEqual({
      subject: "repository team/fluxcd-gitops-setup",
      level: "ok",
      message: "exists: adopted with its settings and files as they are",
    });
  });

  test("doctor says what the setting does with a repository that is scheduled for deletion", async () => {
    const found = async (deletedProject: string) => {
      configure({ namespace: "team", deletedProject });
      return (await doctor()).findings.find(({ subject }) => subject === "repository team/fluxcd-gitops-application");
    };
    const waits = `project ${deleted.id} of this name is scheduled for deletion since`;
    expect(await found("leave")).toMatchObject({ level: "warning", message: expect.stringContaining(waits) });
    expect(await found("restore")).toMatchObject({ level: "ok", message: expect.stringContaining("will be restored") });
    expect(await found("purge")).toMatchObject({
      level: "warning",
      message: expect.stringContaining("deleted at once"),
    });
  });

  test("is taken over as it is: a preview imports it, and changes nothing of it", async () => {
    process.env.GITLAB_TOKEN = gitlab.root;
    const said = await copy.shell("pulumi preview -s embedded --diff --non-interactive");
    expect(said.all).toMatch(/= gitlab:index\/project:Project: \(import\)/);
    expect(said.exitCode).toBe(0);
    expect((await gitlab.api("GET", `/projects/${deleted.id}`)).status).toBe(200);
  });

  const seen = async () => {
    const { body } = await gitlab.api("GET", path("fluxcd-gitops-setup"));
    const { id, description, merge_method, topics } = body;
    return { id, description, merge_method, topics };
  };
  const asMade = () => ({ id: setup.id, description: "ours since 2019", merge_method: "ff", topics: [] });
  const commits = async () =>
    (await gitlab.api("GET", `${path("fluxcd-gitops-setup")}/repository/commits?ref_name=main`)).body as unknown[];
  const readme = async () =>
    (await gitlab.api("GET", `${path("fluxcd-gitops-setup")}/repository/files/README.md/raw?ref=main`)).body;

  test("keeps its settings, files and history: what it lacks is proposed", async () => {
    const said = await up("up");
    expect(said.exitCode, said.all).toBe(0);
    const [, url] = said.all.match(/wait to be merged: (\S+)/) ?? [];
    expect(url).toContain("/team/fluxcd-gitops-setup/-/merge_requests/1");
    expect(said.all).not.toContain("everything is Ready");
    expect(await seen()).toEqual(asMade());
    expect(await commits()).toHaveLength(1);
    const { body: branch } = await gitlab.api("GET", `${path("fluxcd-gitops-setup")}/protected_branches/main`);
    expect(branch.push_access_levels).toMatchObject([{ access_level: 0 }]);
  });

  test("is deleted at once where it is scheduled for deletion and the setting says purge, and a new one created", async () => {
    expect((await gitlab.api("GET", `/projects/${deleted.id}`)).status).toBe(404);
    const { status, body } = await gitlab.api("GET", path("fluxcd-gitops-application"));
    expect([status, body.id === deleted.id]).toEqual([200, false]);
  });

  test("once that is merged, the next `up` ends with everything Ready, and proposes nothing more", async () => {
    const merged = await gitlab.api("PUT", `${path("fluxcd-gitops-setup")}/merge_requests/1/merge`);
    expect(merged.status).toBe(200);
    const said = await up("up");
    expect(said.all).toContain("everything is Ready");
    const { body: requests } = await gitlab.api("GET", `${path("fluxcd-gitops-setup")}/merge_requests`);
    expect(requests).toHaveLength(1);
    expect(await readme()).toBe("written by people\n");
  });

  test("stays when the stack goes, protected; what the stack made goes", async () => {
    expect((await up("down")).exitCode).toBe(0);
    expect(await seen()).toEqual(asMade());
    const { body: branch } = await gitlab.api("GET", `${path("fluxcd-gitops-setup")}/protected_branches/main`);
    expect(branch.push_access_levels).toMatchObject([{ access_level: 0 }]);
    expect((await gitlab.api("GET", `${path("fluxcd-gitops-setup")}/deploy_tokens`)).body).toEqual([]);
    expect((await gitlab.api("GET", path("fluxcd-gitops-application"))).status).toBe(404);
  });

  test("is restored with its files by `pulumi up`, not by its preview, where the setting says restore", async () => {
    await gitlab.api("DELETE", `/projects/${setup.id}`);
    configure({ namespace: "team", deletedProject: "restore" });
    process.env.GITLAB_TOKEN = gitlab.root;
    const preview = await copy.shell("pulumi preview -s embedded --non-interactive");
    expect(preview.exitCode, preview.all).toBe(0);
    expect((await gitlab.api("GET", path("fluxcd-gitops-setup"))).status).toBe(404);
    const said = await copy.shell("pulumi up -s embedded --yes --skip-preview --non-interactive");
    expect(said.exitCode, said.all).toBe(0);
    const { body: restored } = await gitlab.api("GET", path("fluxcd-gitops-setup"));
    expect(restored).toMatchObject({ id: setup.id, archived: false });
    expect(await readme()).toBe("written by people\n");
  });
});
