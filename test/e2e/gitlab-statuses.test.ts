import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commit, makeProject, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

let gitlab: TestGitLab;
beforeAll(async () => {
  gitlab = await startTestGitLab();
});
afterAll(() => gitlab?.remove());

/** A project with a merge request. */
async function propose(name: string) {
  const { id } = await makeProject(gitlab, name);
  await commit(gitlab, id, "topic", [{ action: "create", file_path: "a", content: "a" }], { start_branch: "main" });
  const { body } = await gitlab.api("POST", `/projects/${id}/merge_requests`, {
    source_branch: "topic",
    target_branch: "main",
    title: "Add a",
  });
  const request = `/projects/${id}/merge_requests/${body.iid}`;
  return {
    id,
    request,
    sha: body.sha as string,
    read: async () => (await gitlab.api("GET", request)).body,
    post: (values: object, token?: string) => gitlab.api("POST", `/projects/${id}/statuses/${body.sha}`, values, token),
  };
}

describe("statuses from outside", () => {
  test("GIVEN jobs of a head THEN they form one pipeline, which the merge request waits for", async () => {
    const { id, request, sha, read, post } = await propose("piped");
    await gitlab.api("PUT", `/projects/${id}`, { only_allow_merge_if_pipeline_succeeds: true });
    expect((await read()).detailed_merge_status).toBe("ci_must_pass");
    const first = await post({ state: "running", name: "check", target_url: "https://ci.example.com/1" });
    expect(first).toMatchObject({ status: 201, body: { status: "running", name: "check", ref: "topic", sha } });
    const pipeline = first.body.pipeline_id;
    expect((await post({ state: "pending", context: "rehearse" })).body.pipeline_id).toBe(pipeline);
    expect(await read()).toMatchObject({
      detailed_merge_status: "ci_still_running",
      head_pipeline: { id: pipeline, status: "running", source: "external", sha, ref: "topic" },
    });
    await post({ state: "success", name: "check", description: "in 4 s" });
    await post({ state: "failed", name: "rehearse" });
    expect(await read()).toMatchObject({ detailed_merge_status: "ci_must_pass", head_pipeline: { status: "failed" } });
    expect((await gitlab.api("PUT", `${request}/merge`)).status).toBe(405);
    await post({ state: "success", name: "rehearse" });
    expect((await read()).detailed_merge_status).toBe("mergeable");
    const statuses = `/projects/${id}/repository/commits/${sha}/statuses`;
    const names = async (query: string) =>
      (await gitlab.api("GET", statuses + query)).body.map((each: { name: string; status: string }) => [
        each.name,
        each.status,
      ]);
    expect(await names("")).toEqual([
      ["check", "success"],
      ["rehearse", "success"],
    ]);
    expect(await names("?all=true&name=rehearse")).toEqual([
      ["rehearse", "failed"],
      ["rehearse", "success"],
    ]);
    expect((await gitlab.api("GET", `${request}/pipelines`)).body).toMatchObject([{ id: pipeline, status: "success" }]);
    expect((await gitlab.api("GET", `/projects/${id}/pipelines?ref=topic`)).body).toHaveLength(1);
    expect((await gitlab.api("GET", `/projects/${id}/pipelines/${pipeline}`)).body).toMatchObject({
      status: "success",
      user: { username: "root" },
    });
    expect((await gitlab.api("GET", `/projects/${id}/repository/commits/${sha}`)).body).toMatchObject({
      status: "success",
      last_pipeline: { id: pipeline },
    });
    // A new head has no pipeline yet.
    await commit(gitlab, id, "topic", [{ action: "create", file_path: "b", content: "b" }]);
    expect(await read()).toMatchObject({ detailed_merge_status: "ci_must_pass", head_pipeline: null });
  });

  test("GIVEN a pipeline of another branch THEN it does not count for the merge request", async () => {
    const { id, read, post } = await propose("other");
    await gitlab.api("PUT", `/projects/${id}`, { only_allow_merge_if_pipeline_succeeds: true });
    await post({ state: "success", name: "check", ref: "elsewhere" });
    expect(await read()).toMatchObject({ detailed_merge_status: "ci_must_pass", head_pipeline: null });
  });

  test("GIVEN what cannot be THEN GitLab's words refuse it", async () => {
    const { id, post } = await propose("refused");
    await post({ state: "running", name: "check" });
    expect(await post({ state: "running", name: "check" })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("Cannot transition status via :run from :running") },
    });
    expect((await post({ state: "done" })).status).toBe(400);
    expect((await post({ state: "success", target_url: "javascript:alert(1)" })).status).toBe(400);
    expect((await gitlab.api("POST", `/projects/${id}/statuses/${"0".repeat(40)}`, { state: "success" })).status).toBe(
      404,
    );
    const reporter = await makeUser(gitlab, "statusreporter");
    await gitlab.api("POST", `/projects/${id}/members`, { user_id: reporter.id, access_level: 20 });
    expect((await post({ state: "success" }, reporter.token)).status).toBe(403);
    const developer = await makeUser(gitlab, "statusdeveloper");
    await gitlab.api("POST", `/projects/${id}/members`, { user_id: developer.id, access_level: 30 });
    expect((await post({ state: "success", name: "x" }, developer.token)).status).toBe(201);
    // main is protected: its pipelines are for those who may change it.
    expect((await post({ state: "success", ref: "main" }, developer.token)).status).toBe(403);
  });
});

describe("labels", () => {
  test("GIVEN a label that the project lacks WHEN a merge request uses it THEN the project has it", async () => {
    const { id, request, read } = await propose("labelled");
    await gitlab.api("PUT", request, { labels: "b,a" });
    expect((await read()).labels).toEqual(["a", "b"]);
    await gitlab.api("PUT", request, { add_labels: "accept-deletions, a", remove_labels: "b" });
    expect((await read()).labels).toEqual(["a", "accept-deletions"]);
    const { body } = await gitlab.api("GET", `/projects/${id}/labels`);
    expect(body.map(({ name, color }: { name: string; color: string }) => [name, color])).toEqual([
      ["a", "#6699cc"],
      ["accept-deletions", "#6699cc"],
      ["b", "#6699cc"],
    ]);
    await gitlab.api("PUT", request, { title: "Add a, again" });
    expect((await read()).labels).toEqual(["a", "accept-deletions"]);
    await gitlab.api("PUT", request, { labels: "" });
    expect((await read()).labels).toEqual([]);
  });

  test("GIVEN a label WHEN it is renamed or deleted THEN merge requests follow", async () => {
    const { id, request, read } = await propose("renamed");
    expect((await gitlab.api("POST", `/projects/${id}/labels`, { name: "old", color: "#ff0000" })).status).toBe(201);
    expect((await gitlab.api("POST", `/projects/${id}/labels`, { name: "old", color: "red" })).status).toBe(409);
    expect((await gitlab.api("POST", `/projects/${id}/labels`, { name: "x", color: "url(x)" })).status).toBe(400);
    await gitlab.api("PUT", request, { add_labels: "old" });
    await gitlab.api("PUT", `/projects/${id}/labels/old`, { new_name: "new" });
    expect((await read()).labels).toEqual(["new"]);
    expect((await gitlab.api("GET", `/projects/${id}/labels/new`)).body.open_merge_requests_count).toBe(1);
    expect((await gitlab.api("DELETE", `/projects/${id}/labels/new`)).status).toBe(204);
    expect((await read()).labels).toEqual([]);
  });
});

test("GIVEN an internal note THEN only those inside a project read it", async () => {
  const { id, request } = await propose("inside");
  await gitlab.api("PUT", `/projects/${id}`, { visibility: "public" });
  await gitlab.api("POST", `${request}/notes`, { body: "between us", internal: true });
  await gitlab.api("POST", `${request}/notes`, { body: "for all" });
  const bodies = async (token?: string | null) =>
    (await gitlab.api("GET", `${request}/notes`, undefined, token)).body.map(({ body }: { body: string }) => body);
  expect(await bodies()).toEqual(["for all", "between us"]);
  expect(await bodies(null)).toEqual(["for all"]);
});
