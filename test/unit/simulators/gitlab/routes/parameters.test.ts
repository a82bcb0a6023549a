import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InProcess, inProcess } from "../in-process.js";

let gitlab: InProcess;
let project: number;
let one: { id: number; token: string };
let other: { id: number; token: string };

/** Titles of the merge requests that a query finds. */
const titles = async (query: string, token?: string, path = `/projects/${project}/merge_requests`) => {
  const { status, body } = await gitlab.api("GET", `${path}?${query}`, undefined, token ? { token } : {});
  return status === 200 ? body.map(({ title }: { title: string }) => title).sort() : body;
};

beforeAll(async () => {
  gitlab = await inProcess();
  project = await gitlab.project("app");
  [one, other] = [gitlab.user("one"), gitlab.user("other")];
  for (const { id } of [one, other])
    await gitlab.api("POST", `/projects/${project}/members`, { user_id: id, access_level: 30 });
  const open = async (title: string, more: object, token?: string) => {
    await gitlab.commit(project, title, { [title]: "" }, { start_branch: "main" });
    const body = { source_branch: title, target_branch: "main", title, ...more };
    await gitlab.api("POST", `/projects/${project}/merge_requests`, body, token ? { token } : {});
  };
  await open("a", { assignee_id: one.id, labels: "x" });
  await open("b", { reviewer_ids: [other.id], labels: "x,y", description: "needle" }, one.token);
  await open("c", { title: "Draft: c" });
  await gitlab.api("POST", `/projects/${project}/merge_requests/1/approve`, {}, { token: other.token });
});
afterAll(() => gitlab.close());

describe("filters of merge requests", () => {
  test.each([
    ["assignee_id=Any", ["a"]],
    ["assignee_id=None", ["Draft: c", "b"]],
    ["assignee_username=one", ["a"]],
    ["reviewer_id=Any", ["b"]],
    ["reviewer_username=other", ["b"]],
    ["author_username=one", ["b"]],
    ["approved_by_ids=None", ["Draft: c", "b"]],
    ["approved=yes", ["a"]],
    ["draft=true", ["Draft: c"]],
    ["wip=no", ["a", "b"]],
    ["labels=None", ["Draft: c"]],
    ["labels=any", ["a", "b"]],
    ["labels=x,y", ["b"]],
    ["milestone=Any", []],
    ["milestone=None", ["Draft: c", "a", "b"]],
    ["not[labels]=y", ["Draft: c", "a"]],
    ["not[author_username]=one", ["Draft: c", "a"]],
    ["not[assignee_id]=Any", ["Draft: c", "b"]],
    ["created_before=2020-01-01", []],
    ["created_after=2020-01-01T00:00:00Z", ["Draft: c", "a", "b"]],
    ["updated_before=2020-01-01", []],
    ["source_project_id=999", []],
    ["search=needle", ["b"]],
    ["search=needle&in=title", []],
    ["environment=production", []],
    ["view=simple&draft=false", ["a", "b"]],
  ])("%s", async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });

  test.each([
    ["scope=created_by_me", ["b"]],
    ["scope=assigned_to_me", ["a"]],
    ["scope=reviews_for_me", []],
    ["scope=all", ["Draft: c", "a", "b"]],
    ["", ["b"]],
  ])("for everything that one may read: %s", async (query, expected) => {
    expect(await titles(query, one.token, "/merge_requests")).toEqual(expected);
  });

  test.each([
    ["assignee_id=x", "assignee_id is invalid"],
    ["scope=mine", "scope does not have a valid value"],
    ["order_by=colour", "order_by does not have a valid value"],
    ["my_filter=1", "my_filter is not served by the embedded GitLab"],
    ["approver_ids[]=1", "approver_ids is not served by the embedded GitLab"],
    ["not[colour]=1", "not[colour] is not served by the embedded GitLab"],
    ["page=x", "page is invalid"],
    ["page=0", "page does not have a valid value"],
    ["per_page=-1", "per_page does not have a valid value"],
  ])("%s is refused", async (query, error) => {
    expect(await titles(query)).toEqual({ error });
  });

  test("labels are told in full on request", async () => {
    const { body } = await gitlab.api("GET", `/projects/${project}/merge_requests?labels=y&with_labels_details=true`);
    expect(body[0].labels).toMatchObject([{ name: "x", color: "#6699cc" }, { name: "y" }]);
  });
});

test("a group lists the merge requests of its projects", async () => {
  const { body: group } = await gitlab.api("POST", "/groups", { name: "crew", path: "crew" });
  const { body: made } = await gitlab.api("POST", "/projects", { name: "ship", namespace_id: group.id });
  await gitlab.commit(made.id, "main", { a: "" });
  await gitlab.commit(made.id, "topic", { b: "" }, { start_branch: "main" });
  await gitlab.api("POST", `/projects/${made.id}/merge_requests`, {
    source_branch: "topic",
    target_branch: "main",
    title: "ahoy",
  });
  expect(await titles("", undefined, `/groups/${group.id}/merge_requests`)).toEqual(["ahoy"]);
  expect((await gitlab.api("GET", `/groups/${group.id}/merge_requests`, undefined, { token: one.token })).status).toBe(
    404,
  );
});

describe("parameters that are wrong", () => {
  test.each([
    ["GET", "/projects?order_by=colour", undefined, { error: "order_by does not have a valid value" }],
    ["GET", "/projects?sort=up", undefined, { error: "sort does not have a valid value" }],
    ["GET", "/projects?min_access_level=7", undefined, { error: "min_access_level does not have a valid value" }],
    ["GET", "/groups?min_access_level=x", undefined, { error: "min_access_level does not have a valid value" }],
    ["GET", "/projects?with_programming_language=go", undefined, { error: expect.stringContaining("not served") }],
    ["GET", "/users?per_page=many", undefined, { error: "per_page is invalid" }],
    ["GET", "/projects/1/repository/files/README.md", undefined, { error: "ref is missing" }],
    ["GET", "/projects/1/repository/branches?regex=x", undefined, { error: expect.stringContaining("not served") }],
    ["POST", "/projects/1/labels", { name: "x" }, { error: "color is missing" }],
    [
      "POST",
      "/projects/1/hooks",
      { url: "https://example.com", custom_webhook_template: "{}", url_variables: [{ key: "a", value: "b" }] },
      { error: expect.stringMatching(/custom_webhook_template is not served.*url_variables is not served/) },
    ],
    [
      "POST",
      "/projects/1/labels",
      { name: "z", color: "colour" },
      { message: { color: ["must be a valid color code"] } },
    ],
    [
      "POST",
      "/projects",
      { name: "x", import_url: "https://example.com/x.git" },
      { error: expect.stringContaining("not served") },
    ],
    ["POST", "/projects", { name: "x", template_name: "rails" }, { error: expect.stringContaining("not served") }],
    ...["* * * *", "61 * * * *", "0 0 32 * *", "0 0 * foo *", "*/0 * * * *", "a b c d e"].map(
      (cron) =>
        [
          "POST",
          "/projects/1/pipeline_schedules",
          { description: "d", ref: "main", cron },
          { message: { cron: ["syntax is invalid"] } },
        ] as const,
    ),
    [
      "POST",
      "/projects/1/pipeline_schedules",
      { description: "d", ref: "main", cron: "0 1 * * *", cron_timezone: "Nowhere/City" },
      { message: { cron_timezone: ["syntax is invalid"] } },
    ],
  ] as const)("%s %s %j", async (method, path, body, answer) => {
    expect(await gitlab.api(method, path, body)).toMatchObject({ status: 400, body: answer });
  });

  test.each(["0 1 * * *", "*/5 0-6,12 1,15 jan-mar mon", "@daily", "0 0 L * *", "0 0 * * fri#2"])(
    "a schedule may run at %s",
    async (cron) => {
      const schedule = { description: "d", ref: "main", cron, cron_timezone: "Europe/Berlin" };
      expect((await gitlab.api("POST", `/projects/${project}/pipeline_schedules`, schedule)).status).toBe(201);
    },
  );

  test("what clients send and GitLab ignores is accepted", async () => {
    const { body: group } = await gitlab.api("POST", "/groups", { name: "ignoring", path: "ignoring" });
    expect((await gitlab.api("GET", `/groups/${group.id}/projects?all_available=true`)).status).toBe(200);
    const schedule = { description: "d", ref: "main", cron: "0 1 * * *", variables: { A: { value: "b" } } };
    const made = await gitlab.api("POST", `/projects/${project}/pipeline_schedules`, schedule);
    expect([made.status, made.body.variables]).toEqual([201, []]);
  });

  test("what asks for nothing is accepted", async () => {
    expect((await gitlab.api("GET", "/projects?statistics=false&custom_attributes[]=")).status).toBe(200);
  });
});

test("schedules are told apart by whether they run", async () => {
  await gitlab.api("POST", `/projects/${project}/pipeline_schedules`, {
    description: "off",
    ref: "main",
    cron: "0 1 * * *",
    active: false,
  });
  const { body } = await gitlab.api("GET", `/projects/${project}/pipeline_schedules?scope=inactive`);
  expect(body.map(({ description }: { description: string }) => description)).toEqual(["off"]);
});

test("lists come in the order asked for", async () => {
  await gitlab.project("zebra");
  const paths = async (query: string) =>
    (await gitlab.api("GET", `/projects?${query}`)).body.map(({ path }: { path: string }) => path);
  const sorted = await paths("order_by=path&sort=asc");
  expect(sorted).toEqual([...sorted].sort());
  expect((await paths("order_by=path"))[0]).toBe("zebra");
  const names = (await gitlab.api("GET", "/users?order_by=username&sort=asc")).body.map(
    ({ username }: { username: string }) => username,
  );
  expect(names).toEqual(["one", "other", "root"]);
});
