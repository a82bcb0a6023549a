import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InProcess, inProcess } from "../in-process.js";

let gitlab: InProcess;
beforeAll(async () => {
  gitlab = await inProcess();
});
afterAll(() => gitlab.close());

let count = 0;
/** A group with attributes, and a member of it. */
async function group(attributes: object, level = 30) {
  const name = `group${++count}`;
  const { body, status } = await gitlab.api("POST", "/groups", { name, path: name, ...attributes });
  const member = gitlab.user(`member${count}`);
  await gitlab.api("POST", `/groups/${body.id}/members`, { user_id: member.id, access_level: level });
  const create = (as?: string) =>
    gitlab.api("POST", "/projects", { name: `p${++count}`, namespace_id: body.id }, as ? { token: as } : {});
  return { id: body.id, status, member, create };
}

/** A merge request of the branch `topic` in a project with attributes. */
async function propose(attributes: object, commits: readonly string[] = ["one"]) {
  const id = await gitlab.project(`app${++count}`, { "a.txt": "" });
  await gitlab.api("PUT", `/projects/${id}`, attributes);
  for (const message of commits)
    await gitlab.commit(
      id,
      "topic",
      { [message]: "" },
      { commit_message: message, ...(message === commits[0] && { start_branch: "main" }) },
    );
  const body = { source_branch: "topic", target_branch: "main", title: "Add topic", description: "Why" };
  const { body: request } = await gitlab.api("POST", `/projects/${id}/merge_requests`, body);
  const merge = (more: object = {}) => gitlab.api("PUT", `/projects/${id}/merge_requests/${request.iid}/merge`, more);
  const history = async () =>
    (await gitlab.api("GET", `/projects/${id}/repository/commits`)).body.map(
      ({ message }: { message: string }) => message,
    );
  return { id, request, merge, history };
}

describe("attributes of a group", () => {
  test("its default branch and protection are those of new projects", async () => {
    const protection = { allowed_to_push: [{ access_level: 30 }], allow_force_push: true };
    const { create } = await group({ default_branch: "trunk", default_branch_protection_defaults: protection });
    const { body } = await create();
    expect(body.default_branch).toBe("trunk");
    await gitlab.commit(body.id, "trunk", { a: "" });
    const rules = await gitlab.api("GET", `/projects/${body.id}/protected_branches`);
    expect(rules.body).toMatchObject([
      {
        name: "trunk",
        allow_force_push: true,
        push_access_levels: [{ access_level: 30 }],
        merge_access_levels: [{ access_level: 40 }],
      },
    ]);
  });

  test.each([
    [0, 201, []],
    [2, 403, []],
    [4, 201, [{ push_access_levels: [{ access_level: 40 }] }]],
  ])("with protection %i a developer's first commit answers %i", async (level, status, rules) => {
    const { create, member } = await group({ default_branch_protection: level });
    const { body } = await create();
    const actions = [{ action: "create", file_path: "a", content: "" }];
    const first = { branch: "main", commit_message: "first", actions };
    const path = `/projects/${body.id}`;
    expect((await gitlab.api("POST", `${path}/repository/commits`, first, { token: member.token })).status).toBe(
      status,
    );
    expect((await gitlab.api("GET", `${path}/protected_branches`)).body).toMatchObject(rules);
  });

  test.each([
    ["noone", 50, 400],
    ["owner", 40, 400],
    ["owner", 50, 201],
    ["administrator", 50, 400],
    ["developer", 30, 201],
  ])("with project_creation_level %s a member of level %i creates: %i", async (allowed, level, status) => {
    const { create, member } = await group({ project_creation_level: allowed }, level);
    expect((await create(member.token)).status).toBe(status);
  });

  test("subgroup_creation_level, share_with_group_lock and membership_lock hold", async () => {
    const { id, member, create } = await group({ subgroup_creation_level: "owner", share_with_group_lock: true }, 40);
    const sub = { name: "sub", path: "sub", parent_id: id };
    expect((await gitlab.api("POST", "/groups", sub, { token: member.token })).status).toBe(403);
    const other = await group({});
    const { body } = await create();
    const share = { group_id: other.id, group_access: "30" };
    expect(await gitlab.api("POST", `/projects/${body.id}/share`, share)).toMatchObject({
      status: 400,
      body: { message: "The project sharing with group is disabled" },
    });
    const premium = await inProcess({ tier: "premium" });
    const locked = await premium.api("POST", "/groups", { name: "g", path: "g", membership_lock: true });
    const project = await premium.api("POST", "/projects", { name: "p", namespace_id: locked.body.id });
    const user = premium.user("u");
    const wish = { user_id: user.id, access_level: 30 };
    expect((await premium.api("POST", `/projects/${project.body.id}/members`, wish)).status).toBe(403);
    await premium.close();
  });

  test.each([
    [{ membership_lock: true }, "membership_lock is not served by the embedded GitLab"],
    [
      { require_two_factor_authentication: true },
      "require_two_factor_authentication is not served by the embedded GitLab",
    ],
    [{ default_branch_protection: 9 }, "default_branch_protection does not have a valid value"],
    [{ shared_runners_setting: "some" }, "shared_runners_setting does not have a valid value"],
    [
      { default_branch_protection_defaults: { allowed_to_push: [{ level: 30 }] } },
      "default_branch_protection_defaults[allowed_to_push][0][level] is not served by the embedded GitLab, default_branch_protection_defaults[allowed_to_push][0][access_level] is missing",
    ],
  ])("%j is refused", async (attributes, error) => {
    expect(await gitlab.api("POST", "/groups", { name: "x", path: "x", ...attributes })).toMatchObject({
      status: 400,
      body: { error },
    });
  });
});

describe("attributes of a project", () => {
  test.each(["import_url", "merge_trains_enabled", "mirror", "resolve_outdated_diff_discussions", "archived"])(
    "%s would have no effect and is refused",
    async (name) => {
      const { id } = await propose({});
      const answer = await gitlab.api("PUT", `/projects/${id}`, { [name]: true });
      expect(answer).toMatchObject({ status: 400, body: { error: `${name} is not served by the embedded GitLab` } });
      expect((await gitlab.api("PUT", `/projects/${id}`, { [name]: false, description: "d" })).status).toBe(200);
    },
  );

  test("templates make the messages of merge and squash commits", async () => {
    const merge_commit_template = "%{title} (%{local_reference})\n\n%{description}\n\n%{all_commits}\n\n%{approved_by}";
    const { merge, history } = await propose(
      { merge_commit_template, squash_commit_template: "%{first_commit}, squashed" },
      ["one", "two"],
    );
    expect((await merge({ squash: true })).status).toBe(200);
    const messages = (await history()).map((message: string) => message.trim());
    expect(messages).toHaveLength(3);
    // Commits of one second have no order.
    expect(messages).toEqual(
      expect.arrayContaining([
        "one, squashed",
        expect.stringMatching(/^Add topic \(!1\)\n\nWhy\n\n\* (one\n\n\* two|two\n\n\* one)$/),
      ]),
    );
  });

  test.each([
    ["never", true],
    ["always", false],
  ])("squash_option %s decides over squash=%s", async (squash_option, squash) => {
    const { merge, history } = await propose({ squash_option }, ["one", "two"]);
    await merge({ squash });
    const messages = await history();
    expect(messages.includes("one")).toBe(squash_option === "never");
  });

  test("a title that does not fit the pattern blocks the merge", async () => {
    const { id, request, merge } = await propose({ merge_request_title_regex: "^feat: " });
    expect(request.detailed_merge_status).toBe("title_regex");
    expect((await merge()).status).toBe(405);
    await gitlab.api("PUT", `/projects/${id}/merge_requests/1`, { title: "feat: x" });
    expect((await merge()).status).toBe(200);
  });

  test("features that are off or for members only are not read", async () => {
    const { id } = await propose({ visibility: "public" });
    const stranger = gitlab.user(`stranger${++count}`);
    const read = async (part: string) =>
      (await gitlab.api("GET", `/projects/${id}/${part}`, undefined, { token: stranger.token })).status;
    const parts = async () => Promise.all([read("merge_requests"), read("merge_requests/1"), read("pipelines")]);
    expect(await parts()).toEqual([200, 200, 200]);
    await gitlab.api("PUT", `/projects/${id}`, { merge_requests_access_level: "private", public_builds: false });
    expect(await parts()).toEqual([403, 403, 403]);
    await gitlab.api("PUT", `/projects/${id}`, { builds_access_level: "disabled", public_builds: true });
    expect((await gitlab.api("GET", `/projects/${id}/pipelines`)).status).toBe(403);
  });

  test("approvals_before_merge blocks a merge with a licence, and is refused without one", async () => {
    const { id } = await propose({});
    expect((await gitlab.api("PUT", `/projects/${id}`, { approvals_before_merge: 1 })).status).toBe(400);
    const premium = await inProcess({ tier: "premium" });
    const project = await premium.project("app");
    await premium.api("PUT", `/projects/${project}`, { approvals_before_merge: 1 });
    await premium.commit(project, "topic", { b: "" }, { start_branch: "main" });
    const wish = { source_branch: "topic", target_branch: "main", title: "t" };
    const { body } = await premium.api("POST", `/projects/${project}/merge_requests`, wish);
    expect(body.detailed_merge_status).toBe("not_approved");
    await premium.close();
  });
});
