import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commit, makeProject, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

let gitlab: TestGitLab;
beforeAll(async () => {
  gitlab = await startTestGitLab({ tier: "premium" });
});
afterAll(() => gitlab?.remove());

const write = (file_path: string, content: string, action = "update") => ({ action, file_path, content });

/** A project with a branch `topic` and a merge request from it. */
async function propose(
  name: string,
  settings: object = {},
  actions: readonly object[] = [write("x", "x\n", "create")],
) {
  const project = await makeProject(gitlab, name, { "a.txt": "one\n" });
  await gitlab.api("PUT", `/projects/${project.id}`, settings);
  await commit(gitlab, project.id, "topic", actions, { start_branch: "main" });
  const { body: request } = await gitlab.api("POST", `/projects/${project.id}/merge_requests`, {
    source_branch: "topic",
    target_branch: "main",
    title: "Change it",
  });
  const path = `/projects/${project.id}/merge_requests/${request.iid}`;
  return {
    ...project,
    path,
    request,
    merge: (body: object = {}, token?: string) => gitlab.api("PUT", `${path}/merge`, body, token),
    read: async () => (await gitlab.api("GET", path)).body,
  };
}

describe("a merge request", () => {
  test("shows its change and merges it by a merge commit", async () => {
    const proposal = await propose("merged");
    expect(await proposal.read()).toMatchObject({
      detailed_merge_status: "mergeable",
      merge_status: "can_be_merged",
      changes_count: "1",
      has_conflicts: false,
    });
    expect((await gitlab.api("GET", `${proposal.path}/diffs`)).body).toMatchObject([
      { new_path: "x", new_file: true, diff: "@@ -0,0 +1 @@\n+x\n" },
    ]);
    expect((await gitlab.api("GET", `${proposal.path}/changes`)).body.changes).toHaveLength(1);
    expect((await gitlab.api("GET", `${proposal.path}/commits`)).body).toHaveLength(1);
    const merged = await proposal.merge({ sha: proposal.request.sha, should_remove_source_branch: true });
    expect(merged).toMatchObject({
      status: 200,
      body: { state: "merged", merge_user: { username: "root" }, detailed_merge_status: "not_open" },
    });
    const head = (await gitlab.api("GET", `/projects/${proposal.id}/repository/branches/main`)).body.commit;
    expect(head).toMatchObject({
      id: merged.body.merge_commit_sha,
      message: `Merge branch 'topic' into 'main'\n\nChange it\n\nSee merge request root/merged!1`,
    });
    expect(head.parent_ids).toHaveLength(2);
    expect((await gitlab.api("GET", `/projects/${proposal.id}/repository/branches/topic`)).status).toBe(404);
    expect((await gitlab.api("GET", `${proposal.path}/diffs`)).body).toHaveLength(1);
    expect((await proposal.merge()).status).toBe(405);
  });

  test("that conflicts says so and is refused with 406", async () => {
    const proposal = await propose("conflict", {}, [write("a.txt", "two\n")]);
    await commit(gitlab, proposal.id, "main", [write("a.txt", "three\n")]);
    expect(await proposal.read()).toMatchObject({
      detailed_merge_status: "conflict",
      merge_status: "cannot_be_merged",
      has_conflicts: true,
    });
    expect(await proposal.merge()).toMatchObject({ status: 406, body: { message: "Branch cannot be merged" } });
    await commit(gitlab, proposal.id, "topic", [write("a.txt", "three\n"), write("b", "", "create")]);
    expect((await proposal.read()).detailed_merge_status).toBe("mergeable");
  });

  test("is not merged at another commit than the one that was seen", async () => {
    const proposal = await propose("moved");
    const { body: later } = await commit(gitlab, proposal.id, "topic", [write("y", "", "create")]);
    expect(await proposal.merge({ sha: proposal.request.sha })).toMatchObject({
      status: 409,
      body: { message: `SHA does not match HEAD of source branch: ${later.id}` },
    });
    expect((await proposal.read()).sha).toBe(later.id);
  });

  test("exists once for two branches, needs both and two different ones", async () => {
    const { id, path } = await propose("once");
    const open = (source_branch: string, target_branch = "main") =>
      gitlab.api("POST", `/projects/${id}/merge_requests`, { source_branch, target_branch, title: "t" });
    expect(await open("topic")).toMatchObject({
      status: 409,
      body: { message: ["Another open merge request already exists for this source branch: !1"] },
    });
    expect((await open("missing")).status).toBe(400);
    expect((await open("main")).status).toBe(422);
    await gitlab.api("PUT", path, { state_event: "close" });
    expect((await open("topic")).status).toBe(201);
    expect((await gitlab.api("PUT", path, { state_event: "reopen" })).status).toBe(409);
    const listed = await gitlab.api(
      "GET",
      `/projects/${id}/merge_requests?state=opened&source_branch=topic&target_branch=main`,
    );
    expect(listed.body.map(({ iid }: { iid: number }) => iid)).toEqual([2]);
  });

  test("waits while it is a draft or has open discussions", async () => {
    const proposal = await propose("waits", { only_allow_merge_if_all_discussions_are_resolved: true });
    await gitlab.api("PUT", proposal.path, { title: "Draft: Change it" });
    expect([(await proposal.read()).detailed_merge_status, (await proposal.merge()).status]).toEqual([
      "draft_status",
      405,
    ]);
    await gitlab.api("PUT", proposal.path, { title: "Change it", labels: "a,b" });
    const { body: discussion } = await gitlab.api("POST", `${proposal.path}/discussions`, { body: "why?" });
    expect((await proposal.read()).detailed_merge_status).toBe("discussions_not_resolved");
    await gitlab.api("PUT", `${proposal.path}/discussions/${discussion.id}`, { resolved: true });
    expect(await proposal.read()).toMatchObject({ detailed_merge_status: "mergeable", labels: ["a", "b"] });
  });

  test("waits for its pipeline where the project says so", async () => {
    const proposal = await propose("piped", { only_allow_merge_if_pipeline_succeeds: true });
    const state = (state: string) =>
      gitlab.api("POST", `/projects/${proposal.id}/statuses/${proposal.request.sha}`, { state, name: "rehearse" });
    expect((await proposal.read()).detailed_merge_status).toBe("ci_must_pass");
    await state("failed");
    expect((await proposal.merge()).status).toBe(405);
    await state("success");
    expect((await proposal.merge()).status).toBe(200);
  });

  test("needs the approvals that Premium rules ask for", async () => {
    const proposal = await propose("approved");
    const reviewer = await makeUser(gitlab, "reviewer");
    await gitlab.api("POST", `/projects/${proposal.id}/members`, { user_id: reviewer.id, access_level: 30 });
    await gitlab.api("POST", `/projects/${proposal.id}/approval_rules`, { name: "any", approvals_required: 1 });
    expect((await proposal.read()).detailed_merge_status).toBe("not_approved");
    expect((await gitlab.api("POST", `${proposal.path}/approve`)).status).toBe(401);
    expect((await gitlab.api("POST", `${proposal.path}/approve`, {}, reviewer.token)).body).toMatchObject({
      approved: true,
      approvals_left: 0,
    });
    expect((await proposal.read()).detailed_merge_status).toBe("mergeable");
    await gitlab.api("POST", `${proposal.path}/unapprove`, {}, reviewer.token);
    expect((await proposal.read()).detailed_merge_status).toBe("not_approved");
  });

  test("is merged by whom the branch lets, and nobody else", async () => {
    const proposal = await propose("rights");
    const developer = await makeUser(gitlab, "developer");
    await gitlab.api("POST", `/projects/${proposal.id}/members`, { user_id: developer.id, access_level: 30 });
    await gitlab.api("POST", `/projects/${proposal.id}/members`, { user_id: 2, access_level: 40 });
    await gitlab.api("DELETE", `/projects/${proposal.id}/protected_branches/main`);
    await gitlab.api("POST", `/projects/${proposal.id}/protected_branches`, {
      name: "main",
      push_access_level: 0,
      merge_access_level: 40,
    });
    expect((await proposal.merge({}, developer.token)).status).toBe(401);
    expect((await proposal.merge({}, gitlab.maintainer)).body.state).toBe("merged");
  });

  test("can be squashed, or must be straight", async () => {
    const squashed = await propose("squashed");
    await commit(gitlab, squashed.id, "topic", [write("y", "", "create")]);
    expect((await squashed.merge({ squash: true })).body).toMatchObject({
      squash_commit_sha: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect((await gitlab.api("GET", `/projects/${squashed.id}/repository/commits?ref_name=main`)).body).toHaveLength(3);
    const straight = await propose("straight", { merge_method: "ff" });
    await commit(gitlab, straight.id, "main", [write("z", "", "create")]);
    expect([(await straight.read()).detailed_merge_status, (await straight.merge()).status]).toEqual([
      "need_rebase",
      405,
    ]);
  });

  test("notices what Git does: merged by a push, closed with its branch", async () => {
    const pushed = await propose("by-hand");
    const folder = gitlab.scratch("by-hand");
    await gitlab.git(gitlab.scratch("."), [
      "clone",
      "-q",
      gitlab.repository("root/by-hand", "oauth2", gitlab.root),
      folder,
    ]);
    await gitlab.git(folder, ["merge", "-q", "--no-ff", "-m", "by hand", "origin/topic"]);
    expect((await gitlab.git(folder, ["push", "-q", "origin", "main"])).code).toBe(0);
    expect(await pushed.read()).toMatchObject({
      state: "merged",
      merge_commit_sha: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    const gone = await propose("gone");
    await gitlab.api("DELETE", `/projects/${gone.id}/repository/branches/topic`);
    expect((await gone.read()).state).toBe("closed");
  });
});

describe("webhooks", () => {
  test("tell of pushes and merge requests, with their token", async () => {
    // GIVEN a receiver
    const seen: { event: unknown; token: unknown; body: Record<string, never> }[] = [];
    const receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      seen.push({
        event: request.headers["x-gitlab-event"],
        token: request.headers["x-gitlab-token"],
        body: JSON.parse(Buffer.concat(chunks).toString()),
      });
      response.end();
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook/abc`;
    const project = await makeProject(gitlab, "hooked");
    const hook = (body: object) => gitlab.api("POST", `/projects/${project.id}/hooks`, body);
    try {
      // THEN a local address is refused until the administrator allows it
      expect(await hook({ url })).toMatchObject({ status: 422, body: { error: "Invalid url given" } });
      await gitlab.api("PUT", "/application/settings", { allow_local_requests_from_web_hooks_and_services: true });
      const { body: made } = await hook({ url, token: "canary", merge_requests_events: true });
      expect(JSON.stringify(made)).not.toContain("canary");
      // WHEN
      await commit(gitlab, project.id, "topic", [write("x", "", "create")], { start_branch: "main" });
      await gitlab.api("POST", `/projects/${project.id}/merge_requests`, {
        source_branch: "topic",
        target_branch: "main",
        title: "t",
      });
      // THEN
      await expect.poll(() => seen.length).toBe(2);
      expect(seen).toMatchObject([
        {
          event: "Push Hook",
          token: "canary",
          body: { object_kind: "push", ref: "refs/heads/topic", project: { path_with_namespace: "root/hooked" } },
        },
        {
          event: "Merge Request Hook",
          token: "canary",
          body: { object_kind: "merge_request", object_attributes: { action: "open", iid: 1 } },
        },
      ]);
    } finally {
      receiver.close();
    }
  });

  test("that cannot be delivered pause after four attempts", async () => {
    const closed = await new Promise<number>((done) => {
      const socket = createSocket().listen(0, "127.0.0.1", () => {
        const { port } = socket.address() as AddressInfo;
        socket.close(() => done(port));
      });
    });
    await gitlab.api("PUT", "/application/settings", { allow_local_requests_from_web_hooks_and_services: true });
    const project = await makeProject(gitlab, "unheard");
    const path = `/projects/${project.id}/hooks`;
    const { body: hook } = await gitlab.api("POST", path, { url: `http://127.0.0.1:${closed}/` });
    for (let index = 0; index < 4; index++)
      await commit(gitlab, project.id, "main", [write(`f${index}`, "", "create")]);
    await expect
      .poll(async () => (await gitlab.api("GET", `${path}/${hook.id}`)).body.alert_status)
      .toBe("temporarily_disabled");
  });
});
