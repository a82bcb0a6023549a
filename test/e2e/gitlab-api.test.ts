import { readFileSync } from "node:fs";
import { Gitlab } from "@gitbeaker/rest";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commit, makeProject, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

let gitlab: TestGitLab;
let client: InstanceType<typeof Gitlab>;
const before = getGlobalDispatcher();

beforeAll(async () => {
  gitlab = await startTestGitLab();
  setGlobalDispatcher(new Agent({ connect: { ca: readFileSync(gitlab.caFile) } }));
  client = new Gitlab({ host: gitlab.url, token: gitlab.root });
});
afterAll(async () => {
  setGlobalDispatcher(before);
  await gitlab?.remove();
});

describe("who am I", () => {
  test("a client learns user, version and token", async () => {
    expect(await client.Users.showCurrentUser()).toMatchObject({ id: 1, username: "root", is_admin: true });
    expect(await client.Metadata.show()).toMatchObject({ version: "18.9.1", enterprise: false });
    expect(await client.PersonalAccessTokens.show()).toMatchObject({
      active: true,
      scopes: expect.arrayContaining(["api", "write_repository"]),
    });
  });

  test("no token, an unknown and a revoked one are told apart", async () => {
    const { token, tokenId } = await makeUser(gitlab, "leaver");
    await gitlab.api("DELETE", `/personal_access_tokens/${tokenId}`);
    expect(await gitlab.api("GET", "/user", undefined, null)).toMatchObject({
      status: 401,
      body: { message: "401 Unauthorized" },
    });
    expect(await gitlab.api("GET", "/user", undefined, "glpat-nonsense")).toMatchObject({
      status: 401,
      body: { message: "401 Unauthorized" },
    });
    expect(await gitlab.api("GET", "/user", undefined, token)).toMatchObject({
      status: 401,
      body: { error: "invalid_token" },
    });
  });

  test("too narrow a token is told which scope it lacks", async () => {
    const { token } = await makeUser(gitlab, "reader", ["read_api"]);
    expect((await gitlab.api("GET", "/projects", undefined, token)).status).toBe(200);
    expect(await gitlab.api("POST", "/projects", { name: "x" }, token)).toMatchObject({
      status: 403,
      body: { error: "insufficient_scope", error_description: expect.any(String), scope: "api" },
    });
  });

  test("unknown routes and bad parameters answer as GitLab's parameter layer does", async () => {
    expect(await gitlab.api("GET", "/nonsense")).toMatchObject({ status: 404, body: { error: "404 Not Found" } });
    expect(await gitlab.api("POST", "/projects", { name: "x", visibility: "secret" })).toMatchObject({
      status: 400,
      body: { error: "visibility does not have a valid value" },
    });
  });
});

describe("projects", () => {
  test("are found by number and by encoded path, dots included", async () => {
    const project = await makeProject(gitlab, "dotted.name");
    expect((await client.Projects.show("root/dotted.name")).id).toBe(project.id);
    expect((await gitlab.api("GET", "/projects/root%2Fdotted%2Ename")).body.id).toBe(project.id);
    expect((await gitlab.api("GET", "/projects/ROOT%2fDotted.Name")).body.id).toBe(project.id);
  });

  test("cannot share a path", async () => {
    await client.Projects.create({ name: "taken" });
    const again = await gitlab.api("POST", "/projects", { name: "Other", path: "taken" });
    expect(again).toMatchObject({ status: 400, body: { message: { path: ["has already been taken"] } } });
  });

  test("are deleted in two steps, and can be restored in between", async () => {
    // GIVEN
    const { id } = await client.Projects.create({ name: "going" });
    const path = `/projects/${id}`;
    expect(await gitlab.api("DELETE", `${path}?permanently_remove=true&full_path=root%2Fgoing`)).toMatchObject({
      status: 400,
      body: { message: "Project must be marked for deletion first." },
    });
    // WHEN
    expect(await gitlab.api("DELETE", path)).toMatchObject({ status: 202, body: { message: "202 Accepted" } });
    const marked = (await gitlab.api("GET", path)).body;
    expect(marked).toMatchObject({
      path: `going-deletion_scheduled-${id}`,
      archived: true,
      marked_for_deletion_on: expect.any(String),
    });
    expect((await gitlab.api("POST", `${path}/restore`)).body).toMatchObject({ path: "going", archived: false });
    await gitlab.api("DELETE", path);
    // THEN the path is free, and only the whole path removes it for good
    expect((await gitlab.api("POST", "/projects", { name: "going" })).status).toBe(201);
    expect((await gitlab.api("DELETE", `${path}?permanently_remove=true&full_path=root/going`)).status).toBe(400);
    expect(
      (await gitlab.api("DELETE", `${path}?permanently_remove=true&full_path=${marked.path_with_namespace}`)).status,
    ).toBe(202);
    await expect.poll(() => gitlab.api("GET", path).then(({ status }) => status)).toBe(404);
  });

  test("of somebody else do not exist", async () => {
    const { id } = await makeProject(gitlab, "private-one");
    const { token } = await makeUser(gitlab, "stranger");
    expect(await gitlab.api("GET", `/projects/${id}`, undefined, token)).toMatchObject({
      status: 404,
      body: { message: "404 Project Not Found" },
    });
    expect((await gitlab.api("PUT", `/projects/${id}`, { name: "mine" }, token)).status).toBe(404);
    expect((await gitlab.api("GET", "/projects?per_page=100", undefined, token)).body).toEqual([]);
  });

  test("keep what they are told, through a real client", async () => {
    const { id } = await client.Projects.create({
      name: "kept",
      mergeMethod: "ff",
      onlyAllowMergeIfPipelineSucceeds: true,
      topics: ["a"],
      initializeWithReadme: true,
    });
    expect(await client.Projects.edit(id, { description: "said", squashOption: "always" })).toMatchObject({
      merge_method: "ff",
      only_allow_merge_if_pipeline_succeeds: true,
      topics: ["a"],
      description: "said",
      squash_option: "always",
      empty_repo: false,
    });
    expect((await client.RepositoryFiles.showRaw(id, "README.md", "main")).toString()).toBe("# kept\n");
  });
});

test("lists come in pages that a client follows to the end", async () => {
  const { id } = await makeProject(gitlab, "paged");
  for (let index = 0; index < 5; index++) await client.ProjectVariables.create(id, `KEY_${index}`, "v");
  const first = await gitlab.api("GET", `/projects/${id}/variables?per_page=2`);
  expect(first.headers).toMatchObject({ "x-next-page": "2", "x-total": "5", "x-total-pages": "3" });
  expect(String(first.headers.link)).toContain(
    `${gitlab.url}/api/v4/projects/${id}/variables?per_page=2&page=2>; rel="next"`,
  );
  expect(await client.ProjectVariables.all(id, { perPage: 2 } as never)).toHaveLength(5);
});

describe("groups", () => {
  test("hold subgroups and projects, and lend their roles", async () => {
    const top = await client.Groups.create("Platform", "platform");
    const sub = await client.Groups.create("Team", "team", { parentId: top.id });
    const project = await client.Projects.create({ name: "app", namespaceId: sub.id });
    expect(project.path_with_namespace).toBe("platform/team/app");
    expect((await gitlab.api("GET", "/groups/platform%2Fteam")).body).toMatchObject({
      full_name: "Platform / Team",
      parent_id: top.id,
    });
    const { id, token } = await makeUser(gitlab, "member");
    await client.GroupMembers.add(top.id, 30, { userId: id } as never);
    expect(
      (await gitlab.api("GET", "/projects/platform%2Fteam%2Fapp", undefined, token)).body.permissions.group_access,
    ).toMatchObject({ access_level: 30 });
    expect((await gitlab.api("GET", `/projects/${project.id}/hooks`, undefined, token)).status).toBe(403);
    expect((await gitlab.api("GET", `/projects/${project.id}/members/all/${id}`)).body).toMatchObject({
      access_level: 30,
    });
  });

  test("cannot be joined above one's own role", async () => {
    const group = await client.Groups.create("Guarded", "guarded");
    const [one, other] = [await makeUser(gitlab, "one"), await makeUser(gitlab, "another")];
    const project = await client.Projects.create({ name: "inside", namespaceId: group.id });
    await gitlab.api("POST", `/projects/${project.id}/members`, { user_id: one.id, access_level: 40 });
    const add = (level: number) =>
      gitlab.api("POST", `/projects/${project.id}/members`, { user_id: other.id, access_level: level }, one.token);
    expect((await add(50)).status).toBe(403);
    expect((await add(30)).status).toBe(201);
    expect((await add(30)).status).toBe(409);
  });
});

describe("commits", () => {
  test("take many actions or none", async () => {
    const { id } = await makeProject(gitlab, "atomic", { "a.txt": "a\n", "old.txt": "o\n", "dir/gone.txt": "g\n" });
    const all = await client.Commits.create(id, "main", "all at once", [
      { action: "update", filePath: "a.txt", content: "A\n" },
      { action: "move", filePath: "new.txt", previousPath: "old.txt" },
      { action: "delete", filePath: "dir/gone.txt" },
      { action: "create", filePath: "bin", content: Buffer.from([0, 255]).toString("base64"), encoding: "base64" },
      { action: "chmod", filePath: "a.txt", execute_filemode: true },
    ] as never);
    const tree = await client.Repositories.allRepositoryTrees(id, { recursive: true });
    expect(tree.map(({ path, mode }) => `${mode} ${path}`).sort()).toEqual([
      "100644 bin",
      "100644 new.txt",
      "100755 a.txt",
    ]);
    // WHEN the last of two actions is bad
    const bad = await commit(gitlab, id, "main", [
      { action: "create", file_path: "fine", content: "x" },
      { action: "create", file_path: "a.txt", content: "x" },
    ]);
    // THEN nothing has happened
    expect(bad).toMatchObject({ status: 400, body: { message: "A file with this name already exists" } });
    expect((await client.Branches.show(id, "main")).commit.id).toBe(all.id);
  });

  test("start a branch, and know a file that changed meanwhile", async () => {
    const { id } = await makeProject(gitlab, "starts");
    const head = (await client.Branches.show(id, "main")).commit.id;
    const update = { action: "update", file_path: "README.md", content: "1\n" };
    expect((await commit(gitlab, id, "topic", [update], { start_branch: "main" })).status).toBe(201);
    expect((await commit(gitlab, id, "topic", [update], { start_branch: "main" })).body.message).toMatch(
      /already exists/,
    );
    expect(
      (await commit(gitlab, id, "topic", [update], { start_branch: "main", force: true })).body.parent_ids,
    ).toEqual([head]);
    const stale = await commit(gitlab, id, "topic", [{ ...update, last_commit_id: head }]);
    expect(stale).toMatchObject({ status: 400, body: { message: expect.stringContaining("has changed") } });
    expect((await commit(gitlab, id, "nowhere", [update])).status).toBe(400);
  });

  test.each(["../out", "/abs", ".git/config", "a//b"])("refuse the path %s", async (file_path) => {
    const { body } = await gitlab.api("GET", "/projects/root%2Fatomic");
    expect((await commit(gitlab, body.id, "main", [{ action: "create", file_path, content: "" }])).status).toBe(400);
  });

  test("are read by path, however the path looks", async () => {
    const { id } = await makeProject(gitlab, "odd-paths", { "--output=x": "o", "a[1]*?.txt": "g", "d/ü": "u" });
    for (const path of ["--output=x", "a[1]*?.txt", "d/ü"]) {
      const file = `/projects/${id}/repository/files/${encodeURIComponent(path)}/raw?ref=main`;
      expect([path, (await gitlab.api("GET", file)).body]).toEqual([path, expect.stringMatching(/^[ogu]$/)]);
      const archive = `/projects/${id}/repository/archive.tar?path=${encodeURIComponent(path)}`;
      expect([path, (await gitlab.api("GET", archive)).status]).toEqual([path, 200]);
    }
    for (const ref of ["--all", "-1", "main..main", "../../config"]) {
      expect((await gitlab.api("GET", `/projects/${id}/repository/tree?ref=${encodeURIComponent(ref)}`)).status).toBe(
        404,
      );
      const branch = await gitlab.api("POST", `/projects/${id}/repository/branches`, {
        branch: `x ${ref}\n`,
        ref: "main",
      });
      expect(branch.status).toBe(400);
    }
  });

  test("by the files API answer path and branch only", async () => {
    const { id } = await makeProject(gitlab, "filed");
    expect(await client.RepositoryFiles.create(id, "d/é ü.txt", "main", "x", "m")).toEqual({
      file_path: "d/é ü.txt",
      branch: "main",
    });
    expect(
      await gitlab.api("POST", `/projects/${id}/repository/files/README.md`, {
        branch: "main",
        content: "x",
        commit_message: "m",
      }),
    ).toMatchObject({
      status: 400,
      body: { message: "A file with this name already exists" },
    });
    const file = await client.RepositoryFiles.show(id, "d/é ü.txt", "main");
    expect(Buffer.from(file.content, "base64").toString()).toBe("x");
    await client.RepositoryFiles.edit(id, "d/é ü.txt", "main", "y", "m");
    await client.RepositoryFiles.remove(id, "d/é ü.txt", "main", "m");
    expect((await gitlab.api("GET", `/projects/${id}/repository/files/d%2F%C3%A9%20%C3%BC.txt?ref=main`)).body).toEqual(
      { message: "404 File Not Found" },
    );
    const diff = await client.Repositories.compare(id, "main~1", "main");
    expect(diff.diffs).toMatchObject([
      { old_path: "d/é ü.txt", deleted_file: true, diff: expect.stringMatching(/^@@ -1 \+0,0 @@/) },
    ]);
  });
});

describe("protected branches", () => {
  test("guard the first branch for maintainers, exist once and follow their role", async () => {
    const { id } = await makeProject(gitlab, "guarded-main");
    expect(await client.ProtectedBranches.all(id)).toMatchObject([
      { name: "main", push_access_levels: [{ access_level: 40 }], merge_access_levels: [{ access_level: 40 }] },
    ]);
    expect(await gitlab.api("POST", `/projects/${id}/protected_branches`, { name: "main" })).toMatchObject({
      status: 409,
      body: { message: "Protected branch 'main' already exists" },
    });
    await client.ProtectedBranches.unprotect(id, "main");
    await client.ProtectedBranches.protect(id, "main", { pushAccessLevel: 0, mergeAccessLevel: 40 } as never);
    expect(await commit(gitlab, id, "main", [{ action: "create", file_path: "x", content: "" }])).toMatchObject({
      status: 403,
      body: { message: "403 Forbidden - You are not allowed to push into this branch" },
    });
  });

  test("take no users on Free", async () => {
    const { id } = await makeProject(gitlab, "free-rules");
    const asked = await gitlab.api("POST", `/projects/${id}/protected_branches`, {
      name: "rel/*",
      allowed_to_push: [{ user_id: 1 }],
    });
    expect(asked.status).toBe(400);
    const { status, body } = await gitlab.api("POST", `/projects/${id}/protected_branches`, {
      name: "rel/*",
      allow_force_push: true,
    });
    expect([status, body.allow_force_push, body.unprotect_access_levels]).toEqual([201, true, undefined]);
    expect(
      (await gitlab.api("PATCH", `/projects/${id}/protected_branches/rel%2F*`, { allow_force_push: false })).body
        .allow_force_push,
    ).toBe(false);
  });
});

describe("tokens of a project", () => {
  test("a deploy token shows its value once and has no rotation", async () => {
    const { id } = await makeProject(gitlab, "deployed");
    const made = await client.DeployTokens.create("flux", ["read_repository"], {
      projectId: id,
      expires_at: "2031-01-01",
    } as never);
    expect(made).toMatchObject({
      username: `gitlab+deploy-token-${made.id}`,
      token: expect.stringMatching(/^gldt-/),
      expires_at: "2031-01-01T00:00:00.000Z",
    });
    const read = (await gitlab.api("GET", `/projects/${id}/deploy_tokens/${made.id}`)).body;
    expect(read).toMatchObject({ id: made.id, expired: false, revoked: false });
    expect(read.token).toBeUndefined();
    expect((await gitlab.api("GET", `/projects/${id}`, undefined, String(made.token))).status).toBe(401);
    expect((await gitlab.api("POST", `/projects/${id}/deploy_tokens/${made.id}/rotate`)).status).toBe(404);
    expect((await gitlab.api("DELETE", `/projects/${id}/deploy_tokens/${made.id}`)).status).toBe(204);
  });

  test("an access token rotates, and a stolen old one ends the family", async () => {
    const { id } = await makeProject(gitlab, "rotated");
    const path = `/projects/${id}/access_tokens`;
    const first = (await gitlab.api("POST", path, { name: "notes", scopes: ["api"], access_level: 20 })).body;
    expect(first).toMatchObject({ access_level: 20, active: true, token: expect.stringMatching(/^glpat-/) });
    const second = (await gitlab.api("POST", `${path}/${first.id}/rotate`)).body;
    expect(second.user_id).toBe(first.user_id);
    expect((await gitlab.api("GET", "/user", undefined, first.token)).status).toBe(401);
    expect((await gitlab.api("GET", "/user", undefined, second.token)).body.bot).toBe(true);
    // WHEN the revoked value is used to rotate
    expect((await gitlab.api("POST", `${path}/self/rotate`, {}, first.token)).status).toBe(401);
    // THEN its successor is dead too
    expect((await gitlab.api("GET", "/user", undefined, second.token)).status).toBe(401);
    expect((await gitlab.api("POST", path, { name: "x", scopes: ["api"], expires_at: "2099-01-01" })).status).toBe(400);
  });

  test("a reporter's bot comments, but neither pushes nor merges", async () => {
    const { id } = await makeProject(gitlab, "noted");
    await commit(gitlab, id, "topic", [{ action: "create", file_path: "x", content: "" }], { start_branch: "main" });
    const request = await client.MergeRequests.create(id, "topic", "main", "Add x");
    const bot = (
      await gitlab.api("POST", `/projects/${id}/access_tokens`, { name: "notes", scopes: ["api"], access_level: 20 })
    ).body.token;
    const notes = `/projects/${id}/merge_requests/${request.iid}/notes`;
    const note = (await gitlab.api("POST", notes, { body: "what will happen" }, bot)).body;
    expect((await gitlab.api("PUT", `${notes}/${note.id}`, { body: "edited" }, bot)).body.body).toBe("edited");
    expect(
      (await commit(gitlab, id, "topic", [{ action: "create", file_path: "y", content: "" }], {}, bot)).status,
    ).toBe(403);
    expect((await gitlab.api("PUT", `/projects/${id}/merge_requests/${request.iid}/merge`, {}, bot)).status).toBe(401);
  });
});

describe("variables and schedules", () => {
  test("a hidden value is never shown, and a scope tells two of one key apart", async () => {
    const { id } = await makeProject(gitlab, "varied");
    const path = `/projects/${id}/variables`;
    expect(
      (await gitlab.api("POST", path, { key: "K", value: "hidden-value", masked_and_hidden: true })).body,
    ).toMatchObject({ value: null, masked: true, hidden: true });
    expect((await gitlab.api("POST", path, { key: "K", value: "b", environment_scope: "prod" })).status).toBe(201);
    expect((await gitlab.api("POST", path, { key: "K", value: "c", environment_scope: "prod" })).status).toBe(400);
    expect((await gitlab.api("GET", `${path}/K?filter[environment_scope]=prod`)).body.value).toBe("b");
    expect((await gitlab.api("POST", path, { key: "M", value: "short", masked: true })).body).toEqual({
      message: { value: ["is invalid"] },
    });
    const schedule = await client.PipelineSchedules.create(id, "nightly", "main", "0 1 * * *");
    expect(schedule).toMatchObject({ ref: "refs/heads/main", active: true });
  });
});
