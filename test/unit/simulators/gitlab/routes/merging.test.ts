import { afterAll, beforeAll, expect, test } from "vitest";
import { type InProcess, inProcess } from "../in-process.js";

let gitlab: InProcess;
beforeAll(async () => {
  gitlab = await inProcess();
});
afterAll(() => gitlab.close());

/** A project with a merge request of the branch `topic`. */
async function propose(name: string, settings: object = {}) {
  const id = await gitlab.project(name, { "a.txt": "1\n", "b.txt": "1\n" });
  await gitlab.api("PUT", `/projects/${id}`, settings);
  await gitlab.commit(id, "topic", { "topic.txt": "" }, { start_branch: "main" });
  const body = { source_branch: "topic", target_branch: "main", title: "Add topic" };
  const { body: request } = await gitlab.api("POST", `/projects/${id}/merge_requests`, body);
  const path = `/projects/${id}/merge_requests/${request.iid}`;
  const read = async (query = "") => (await gitlab.api("GET", path + query)).body;
  const report = (state: string, sha = request.sha) =>
    gitlab.api("POST", `/projects/${id}/statuses/${sha}`, { state, name: "build", ref: "topic" });
  return { id, path, read, report, request };
}

test.each(["auto_merge", "merge_when_pipeline_succeeds"])(
  "GIVEN a running pipeline WHEN a merge request is merged with %s THEN it merges when the pipeline has succeeded",
  async (parameter) => {
    const { path, read, report } = await propose(`waits-${parameter.length}`);
    await report("running");
    const { status, body } = await gitlab.api("PUT", `${path}/merge`, { [parameter]: true });
    expect([status, body.state, body.merge_when_pipeline_succeeds, body.merge_user.username]).toEqual([
      200,
      "opened",
      true,
      "root",
    ]);
    await report("success");
    expect(await read()).toMatchObject({ state: "merged", merge_when_pipeline_succeeds: false });
  },
);

test("GIVEN a pipeline that failed, or none THEN there is nothing to wait for", async () => {
  const { path, report, read } = await propose("refuses");
  expect((await gitlab.api("PUT", `${path}/merge`, { auto_merge: true })).status).toBe(405);
  await report("failed");
  expect((await gitlab.api("PUT", `${path}/merge`, { auto_merge: true })).status).toBe(405);
  expect((await read()).state).toBe("opened");
});

test("GIVEN a draft that waits WHEN it is pushed to, or the wish is taken back THEN it waits no longer", async () => {
  const { id, path, read, report } = await propose("cancelled");
  await report("running");
  await gitlab.api("PUT", `${path}/merge`, { auto_merge: true });
  expect(
    (await gitlab.api("POST", `${path}/cancel_merge_when_pipeline_succeeds`)).body.merge_when_pipeline_succeeds,
  ).toBe(false);
  expect((await gitlab.api("POST", `${path}/cancel_merge_when_pipeline_succeeds`)).status).toBe(406);
  await gitlab.api("PUT", `${path}/merge`, { auto_merge: true });
  await gitlab.commit(id, "topic", { more: "" });
  expect((await read()).merge_when_pipeline_succeeds).toBe(false);
});

test("GIVEN an open thread that is waited for WHEN it is resolved THEN the merge request is merged", async () => {
  const { path, read, report } = await propose("threads", { only_allow_merge_if_all_discussions_are_resolved: true });
  const { body: thread } = await gitlab.api("POST", `${path}/discussions`, { body: "Why?" });
  await report("success");
  expect((await gitlab.api("PUT", `${path}/merge`, { auto_merge: true })).body.state).toBe("opened");
  await gitlab.api("PUT", `${path}/discussions/${thread.id}`, { resolved: true });
  expect((await read()).state).toBe("merged");
});

test("GIVEN fast-forward merging and a target that moved WHEN the branch is rebased THEN it can be merged", async () => {
  const { id, path, read, request } = await propose("rebased", { merge_method: "ff" });
  await gitlab.commit(id, "topic", { "second.txt": "2\n" });
  await gitlab.commit(id, "main", { "main.txt": "" });
  expect(await read("?include_diverged_commits_count=true")).toMatchObject({
    detailed_merge_status: "need_rebase",
    diverged_commits_count: 1,
  });
  expect(await gitlab.api("PUT", `${path}/rebase`)).toMatchObject({ status: 202, body: { rebase_in_progress: true } });
  const after = await read("?include_rebase_in_progress=true&include_diverged_commits_count=true");
  expect(after).toMatchObject({
    detailed_merge_status: "mergeable",
    rebase_in_progress: false,
    merge_error: null,
    diverged_commits_count: 0,
  });
  const { body: commits } = await gitlab.api("GET", `${path}/commits`);
  expect(commits.map(({ title }: { title: string }) => title)).toEqual(["change topic", "change topic"]);
  const { body: tree } = await gitlab.api("GET", `/projects/${id}/repository/tree?ref=topic`);
  expect(tree.map(({ path: at }: { path: string }) => at)).toEqual([
    "a.txt",
    "b.txt",
    "main.txt",
    "second.txt",
    "topic.txt",
  ]);
  const { body: versions } = await gitlab.api("GET", `${path}/versions`);
  expect(versions.map((each: { head_commit_sha: string }) => each.head_commit_sha)).toEqual([
    after.sha,
    expect.any(String),
    request.sha,
  ]);
  const { body: version } = await gitlab.api("GET", `${path}/versions/${versions[0].id}`);
  expect([version.commits.length, version.diffs.length, version.state]).toEqual([2, 2, "collected"]);
  expect((await gitlab.api("PUT", `${path}/merge`)).body.state).toBe("merged");
});

test("GIVEN a conflict THEN the rebase says so and moves nothing", async () => {
  const { id, path, read } = await propose("conflicting");
  const change = (content: string) => ({ actions: [{ action: "update", file_path: "a.txt", content }] });
  await gitlab.commit(id, "topic", {}, change("topic\n"));
  await gitlab.commit(id, "main", {}, change("main\n"));
  const { sha } = await read();
  await gitlab.api("PUT", `${path}/rebase`);
  expect(await read()).toMatchObject({ sha, merge_error: expect.stringContaining("Rebase locally") });
});

test("GIVEN a Reporter THEN there is no rebase", async () => {
  const { id, path } = await propose("reported");
  const reporter = gitlab.user("reporter");
  await gitlab.api("POST", `/projects/${id}/members`, { user_id: reporter.id, access_level: 20 });
  expect((await gitlab.api("PUT", `${path}/rebase`, {}, { token: reporter.token })).status).toBe(403);
});
