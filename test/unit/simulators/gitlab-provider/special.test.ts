import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keptFor } from "../../../../simulators/gitlab-provider/tables/removal.js";
import { Engine } from "./engine.js";
import type { StandIn } from "./stand-in.js";

const token = (name: string) => `gitlab:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

let engine: Engine;
let gitlab: StandIn;

beforeEach(async () => {
  engine = await Engine.start();
  gitlab = engine.gitlab;
});

afterEach(() => engine.close());

describe("a file", () => {
  const kind = token("RepositoryFile");
  const path = "projects/1/repository/files/docs%2Fa.txt";
  const inputs = { project: "1", branch: "main", filePath: "docs/a.txt", content: "a", encoding: "text" };
  const onServer = { file_path: "docs/a.txt", ref: "main", content: base64("a"), last_commit_id: "c1", size: 1 };

  test("is written with a message of its own and read in the program's encoding", async () => {
    gitlab.answers[`POST ${path}`] = { status: 201, body: { file_path: "docs/a.txt", branch: "main" } };
    gitlab.answers[`GET ${path}`] = { status: 200, body: onServer };
    const { id, state } = await engine.create(kind, inputs);
    expect([id, state.content, state.lastCommitId]).toEqual(["1:main:docs/a.txt", "a", "c1"]);
    expect(gitlab.requests[0]?.body).toEqual({
      branch: "main",
      content: "a",
      encoding: "text",
      commit_message: "Add docs/a.txt",
    });
    expect((await engine.read(kind, id, state, inputs)).inputs).toEqual(inputs);
  });

  test("is not overwritten over a commit that was not seen", async () => {
    gitlab.answers[`GET ${path}`] = { status: 200, body: onServer };
    gitlab.answers[`PUT ${path}`] = { status: 200, body: {} };
    await engine.update(kind, "1:main:docs/a.txt", inputs, inputs, { ...inputs, content: "b" });
    expect(gitlab.requests.find(({ method }) => method === "PUT")?.body).toMatchObject({
      content: "b",
      last_commit_id: "c1",
      commit_message: "Update docs/a.txt",
    });
  });

  test("that is there is only overwritten where the program says so", async () => {
    gitlab.answers[`POST ${path}`] = { status: 400, body: { message: "A file with this name already exists" } };
    gitlab.answers[`PUT ${path}`] = { status: 200, body: {} };
    gitlab.answers[`GET ${path}`] = { status: 200, body: onServer };
    await expect(engine.create(kind, inputs)).rejects.toThrow(/name is taken/);
    await engine.create(kind, { ...inputs, overwriteOnCreate: true });
    expect(gitlab.writes.at(-1)).toBe(`PUT ${path}`);
  });
});

test("a project is removed for good where the program says so", async () => {
  const kind = token("Project");
  const { id, state } = await engine.create(kind, { name: "app", permanentlyDeleteOnDestroy: true });
  // GIVEN a GitLab that marks first, and removes what is marked
  let deletions = 0;
  gitlab.answers[`DELETE projects/${id}`] = () => ({ status: ++deletions > 0 ? 202 : 500, body: {} });
  gitlab.answers[`GET projects/${id}`] = () =>
    deletions >= 2
      ? { status: 404, body: { message: "404 Project Not Found" } }
      : {
          status: 200,
          body: {
            id: 101,
            path_with_namespace: `group/app-deletion_scheduled-${id}`,
            marked_for_deletion_on: deletions > 0 ? "2025-11-23" : null,
          },
        };
  // WHEN
  await engine.remove(kind, id, state);
  // THEN
  const sent = gitlab.requests.filter(({ method }) => method === "DELETE").map(({ query }) => query);
  expect(sent).toEqual([{}, { permanently_remove: "true", full_path: `group/app-deletion_scheduled-${id}` }]);
});

test.each([400, 403])("a project that GitLab keeps for a while counts as deleted, with a date (%i)", async (status) => {
  const kind = token("Project");
  const { id, state } = await engine.create(kind, { name: "app", permanentlyDeleteOnDestroy: true });
  // GIVEN gitlab.com, where immediate deletion is off
  let deletions = 0;
  gitlab.answers[`DELETE projects/${id}`] = () => {
    deletions += 1;
    return deletions === 1
      ? { status: 202, body: {} }
      : { status, body: { message: "immediate deletion is disabled" } };
  };
  gitlab.answers[`GET projects/${id}`] = () => ({
    status: 200,
    body: {
      ...{ id: 101, path_with_namespace: `group/app-deletion_scheduled-${id}` },
      marked_for_deletion_on: deletions > 0 ? "2026-11-29" : null,
    },
  });
  // WHEN
  await engine.remove(kind, id, state);
  // THEN
  expect(deletions).toBe(2);
  const marked = { path_with_namespace: "group/app", marked_for_deletion_on: "2026-11-29" };
  expect(keptFor(marked, { fullPath: "path_with_namespace" })).toMatch(/keeps group\/app, .* on 2026-11-29/);
});

describe("protection that GitLab made by itself", () => {
  const kind = token("BranchProtection");
  const path = "projects/1/protected_branches";
  const inputs = { project: "1", branch: "main", pushAccessLevel: "no one", mergeAccessLevel: "maintainer" };
  const rule = (push: number) => ({
    ...{ id: 3, name: "main", allow_force_push: false, code_owner_approval_required: false },
    push_access_levels: [{ id: 31, access_level: push }],
    merge_access_levels: [{ id: 32, access_level: 40 }],
  });

  test("is changed in place where the licence has that, and is never away", async () => {
    let push = 40;
    gitlab.answers[`POST ${path}`] = { status: 409, body: { message: "already exists" } };
    gitlab.answers[`GET ${path}/main`] = () => ({ status: 200, body: rule(push) });
    gitlab.answers[`PATCH ${path}/main`] = () => {
      push = 0;
      return { status: 200, body: rule(0) };
    };
    const { state } = await engine.create(kind, inputs);
    expect(state.pushAccessLevel).toBe("no one");
    expect(gitlab.writes.filter((write) => !write.startsWith("POST"))).toEqual([`PATCH ${path}/main`]);
    expect(gitlab.requests.find(({ method }) => method === "PATCH")?.body).toEqual({
      allowed_to_push: [{ id: 31, access_level: 0 }],
    });
  });

  test.each([
    ["ignores", 200],
    ["refuses", 403],
  ])("is replaced where the licence %s that", async (_, status) => {
    let there = rule(40);
    let posts = 0;
    gitlab.answers[`POST ${path}`] = () => {
      posts += 1;
      if (posts === 1) return { status: 409, body: { message: "already exists" } };
      there = rule(0);
      return { status: 201, body: there };
    };
    gitlab.answers[`GET ${path}/main`] = () => ({ status: 200, body: there });
    gitlab.answers[`PATCH ${path}/main`] = () => ({ status, body: status === 200 ? there : { message: "no" } });
    gitlab.answers[`DELETE ${path}/main`] = { status: 204 };
    const { state } = await engine.create(kind, inputs);
    expect(state.pushAccessLevel).toBe("no one");
    expect(gitlab.writes).toContain(`DELETE ${path}/main`);
  });
});

test("a project that is to be archived is not deleted", async () => {
  const kind = token("Project");
  const { id, state } = await engine.create(kind, { name: "app", archiveOnDestroy: true });
  gitlab.answers[`POST projects/${id}/archive`] = { status: 201, body: {} };
  await engine.remove(kind, id, state);
  expect(gitlab.writes.at(-1)).toBe(`POST projects/${id}/archive`);
});

test("a project waits for the protection of its default branch, unless told not to", async () => {
  const kind = token("Project");
  let looks = 0;
  gitlab.answers["GET projects/101/repository/branches/main"] = () => ({
    status: 200,
    body: { name: "main", protected: ++looks > 2 },
  });
  await engine.create(kind, { name: "app", initializeWithReadme: true });
  expect(looks).toBe(3);
  looks = 0;
  await engine.create(kind, { name: "other", skipWaitForDefaultBranchProtection: true });
  expect(looks).toBe(0);
});

test("what GitLab did not take when a project was made is sent again as a change", async () => {
  gitlab.answers["POST projects"] = {
    status: 201,
    body: { id: 101, name: "app", created_at: new Date().toISOString(), merge_method: "merge" },
  };
  gitlab.answers["PUT projects/101"] = { status: 200, body: { id: 101, name: "app", merge_method: "ff" } };
  const { state } = await engine.create(token("Project"), { name: "app", mergeMethod: "ff" });
  expect(gitlab.requests.find(({ method }) => method === "PUT")?.body).toEqual({ merge_method: "ff" });
  expect(state.mergeMethod).toBe("ff");
});

test("the rule for any approver that GitLab made itself is taken over", async () => {
  const kind = token("ProjectApprovalRule");
  const path = "projects/1/approval_rules";
  const rule = { id: 9, name: "All Members", rule_type: "any_approver", approvals_required: 2, users: [{ id: 4 }] };
  gitlab.answers[`POST ${path}`] = { status: 400, body: { message: { rule_type: ["any-approver already exists"] } } };
  gitlab.answers[`GET ${path}`] = { status: 200, body: [rule] };
  gitlab.answers[`PUT ${path}/9`] = { status: 200, body: rule };
  const inputs = { project: "1", name: "any", ruleType: "any_approver", approvalsRequired: 2 };
  const { id, state } = await engine.create(kind, inputs);
  expect([id, state.userIds, state.groupIds]).toEqual(["1:9", [4], []]);
});

test("the settings of approvals go back to GitLab's own when they are removed", async () => {
  const kind = token("ProjectLevelMrApprovals");
  gitlab.answers["POST projects/1/approvals"] = { status: 201, body: { reset_approvals_on_push: false } };
  const { id, state } = await engine.create(kind, { project: "1", resetApprovalsOnPush: false });
  expect([id, state.resetApprovalsOnPush]).toEqual(["1", false]);
  await engine.remove(kind, id, state);
  expect(gitlab.requests.at(-1)?.body).toMatchObject({ reset_approvals_on_push: true });
});

test("a share is found among the project's groups, with its level by name", async () => {
  const kind = token("ProjectShareGroup");
  gitlab.answers["POST projects/1/share"] = { status: 201, body: { id: 77 } };
  const shared = [{ group_id: 5, group_access_level: 30, expires_at: null }];
  gitlab.answers["GET projects/1"] = { status: 200, body: { id: 1, shared_with_groups: shared } };
  const inputs = { project: "1", groupId: 5, groupAccess: "developer" };
  const { id, state } = await engine.create(kind, inputs);
  expect([id, state.groupAccess]).toEqual(["1:5", "developer"]);
  expect((await engine.read(kind, id, state, inputs)).inputs).toEqual(inputs);
  const raised = await engine.diff(kind, inputs, { ...inputs, groupAccess: "maintainer" });
  expect([raised.replaces, raised.deleteFirst]).toEqual([["groupAccess"], true]);
});

test("a schedule is taken over before it is changed", async () => {
  const kind = token("PipelineSchedule");
  const inputs = {
    project: "1",
    description: "nightly",
    ref: "refs/heads/main",
    cron: "0 1 * * *",
    takeOwnership: true,
  };
  const { id, state } = await engine.create(kind, inputs);
  gitlab.answers[`POST projects/1/pipeline_schedules/101/take_ownership`] = { status: 201, body: {} };
  await engine.update(kind, id, state, inputs, { ...inputs, cron: "0 2 * * *" });
  expect(gitlab.writes.slice(-2)).toEqual([
    "POST projects/1/pipeline_schedules/101/take_ownership",
    "PUT projects/1/pipeline_schedules/101",
  ]);
});

test("the lists of job tokens become what the program says, and no more", async () => {
  const scope = "projects/1/job_token_scope";
  gitlab.answers[`GET ${scope}`] = { status: 200, body: { inbound_enabled: true } };
  gitlab.answers["GET projects/1"] = { status: 200, body: { id: 1 } };
  gitlab.answers[`GET ${scope}/allowlist`] = { status: 200, body: [{ id: 1 }, { id: 3 }] };
  gitlab.answers[`GET ${scope}/groups_allowlist`] = { status: 200, body: [] };
  gitlab.answers[`POST ${scope}/allowlist`] = { status: 201, body: {} };
  gitlab.answers[`DELETE ${scope}/allowlist/3`] = { status: 204 };
  const inputs = { project: "1", targetProjectIds: [2], targetGroupIds: [] };
  await engine.create(token("ProjectJobTokenScopes"), inputs);
  expect(gitlab.writes).toEqual([`POST ${scope}/allowlist`, `DELETE ${scope}/allowlist/3`]);
  expect(gitlab.requests.find(({ method }) => method === "POST")?.body).toEqual({ target_project_id: 2 });
});

test("a group's lists go as text, and its levels by number", async () => {
  const inputs = {
    path: "team",
    name: "team",
    ipRestrictionRanges: ["10.0.0.0/8", "192.168.0.0/16"],
    defaultBranchProtectionDefaults: { allowedToPushes: ["no one"], allowForcePush: false },
  };
  const { id, state } = await engine.create(token("Group"), inputs);
  expect(gitlab.requests.at(-1)?.body).toEqual({
    path: "team",
    name: "team",
    ip_restriction_ranges: "10.0.0.0/8,192.168.0.0/16",
    default_branch_protection_defaults: { allow_force_push: false, allowed_to_push: [{ access_level: 0 }] },
  });
  expect((await engine.read(token("Group"), id, state, inputs)).inputs).toEqual(inputs);
});
