import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InProcess, inProcess } from "../in-process.js";

let gitlab: InProcess;
let project: number;
beforeAll(async () => {
  gitlab = await inProcess();
  project = await gitlab.project("app", { "a.txt": "1\n2\n3\n" });
});
afterAll(() => gitlab.close());

const at = (path: string) => `/projects/${project}${path}`;

/** A merge request of a branch that changes a.txt. */
async function propose(branch: string, more: object = {}) {
  const actions = [{ action: "update", file_path: "a.txt", content: `1\n${branch}\n3\n` }];
  await gitlab.commit(project, branch, {}, { start_branch: "main", actions });
  const body = { source_branch: branch, target_branch: "main", title: `Change ${branch}`, ...more };
  const { body: request } = await gitlab.api("POST", at("/merge_requests"), body);
  return { request, path: at(`/merge_requests/${request.iid}`) };
}

describe("the instance", () => {
  test("/version tells what /metadata tells", async () => {
    const { body } = await gitlab.api("GET", "/version");
    expect(body).toMatchObject({ version: "18.9.1", enterprise: false, kas: { enabled: false } });
    expect((await gitlab.api("GET", "/metadata")).body).toEqual(body);
  });

  test("a wrong verb, an API that is gone and an unknown route are told apart", async () => {
    const wrong = await gitlab.api("PATCH", at("/hooks"));
    expect([wrong.status, wrong.body, wrong.headers.allow]).toEqual([
      405,
      { error: "405 Not Allowed" },
      "GET, HEAD, POST",
    ]);
    expect(await gitlab.send("GET", "/api/v3/projects")).toMatchObject({
      status: 410,
      body: { error: "API V3 is no longer supported. Use API V4 instead." },
    });
    expect(await gitlab.api("GET", at("/milestones"))).toMatchObject({ status: 404, body: { error: "404 Not Found" } });
  });

  test("answers carry GitLab's security headers", async () => {
    expect((await gitlab.api("GET", "/version")).headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "referrer-policy": "strict-origin-when-cross-origin",
      vary: "Origin",
    });
  });

  test.each([
    ["/root/app/merge_requests/1", "/root/app/-/merge_requests/1"],
    ["/root/app/blob/main/a.txt?plain=1", "/root/app/-/blob/main/a.txt?plain=1"],
  ])("the old address %s leads to %s", async (old, current) => {
    await gitlab.api("PUT", at(""), { visibility: "public" });
    const { status, headers } = await gitlab.send("GET", old, undefined, { token: null });
    expect([status, headers.location]).toEqual([301, current]);
  });
});

describe("sudo", () => {
  test("an administrator acts as somebody else, others do not", async () => {
    const user = gitlab.user("ana");
    const ask = (sudo: string, token?: string) =>
      gitlab.api("GET", "/user", undefined, { headers: { sudo }, ...(token && { token }) });
    expect((await ask("ana")).body.username).toBe("ana");
    expect((await ask(String(user.id))).body.username).toBe("ana");
    expect((await gitlab.api("GET", "/user?sudo=ana")).body.username).toBe("ana");
    expect(await ask("nobody")).toMatchObject({
      status: 404,
      body: { message: "404 User with ID or username 'nobody' Not Found" },
    });
    expect(await ask("root", user.token)).toMatchObject({
      status: 403,
      body: { message: "403 Forbidden - Must be admin to use sudo" },
    });
    expect((await gitlab.api("POST", "/personal_access_tokens/self/rotate", { sudo: "nobody" })).status).toBe(404);
    const narrow = gitlab.user("second-admin", { admin: true });
    expect(await ask("ana", narrow.token)).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
  });
});

test("multipart forms are read, brackets and files included", async () => {
  const { path } = await propose("multipart");
  const part = (name: string, value: string, file = "") =>
    `--XyZ\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
  const form = `${part("title", "ünï")}${part("labels[]", "x")}${part("labels[]", "y")}${part("description", "one\r\ntwo", '; filename="d.txt"')}--XyZ--\r\n`;
  const { status, body } = await gitlab.send("PUT", `/api/v4${path}`, Buffer.from(form), {
    headers: { "content-type": "multipart/form-data; boundary=XyZ" },
  });
  expect([status, body]).toMatchObject([200, { title: "ünï", labels: ["x", "y"], description: "one\r\ntwo" }]);
});

test("a body of an unknown kind is refused", async () => {
  const answer = await gitlab.send("POST", "/api/v4/projects", "name: x", { headers: { "content-type": "text/yaml" } });
  expect(answer.status).toBe(415);
});

describe("discussions", () => {
  test("a comment on a line keeps its position", async () => {
    const { request, path } = await propose("positioned");
    const { base_sha, head_sha, start_sha } = request.diff_refs;
    const position = { position_type: "text", base_sha, head_sha, start_sha, new_path: "a.txt", new_line: 2 };
    const made = await gitlab.api("POST", `${path}/discussions`, { body: "hm", position });
    expect([made.status, made.body.notes[0]]).toMatchObject([
      201,
      { type: "DiffNote", resolvable: true, position: { ...position, old_path: "a.txt", old_line: null } },
    ]);
    const form = `body=x&${Object.entries(position)
      .map(([name, value]) => `position[${name}]=${value}`)
      .join("&")}`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await gitlab.send("POST", `/api/v4${path}/discussions`, form, { headers })).body.notes[0].type).toBe(
      "DiffNote",
    );
    for (const [wrong, words] of [
      [{ ...position, new_path: "nothing.txt" }, "must be a valid line code"],
      [{ ...position, new_line: undefined }, "must be a valid line code"],
      [{ ...position, head_sha: undefined }, "position[head_sha] is missing"],
      [{ ...position, colour: 1 }, "position[colour] is not served"],
      [{ ...position, old_line: 2 }, "must be a valid line code"],
      [{ ...position, new_line: 7 }, "must be a valid line code"],
      [{ ...position, new_line: 1 }, "must be a valid line code"],
      [{ ...position, line_range: { start: {} } }, "position[line_range][end] is missing"],
      [
        { ...position, line_range: { start: { type: "x" }, end: {} } },
        "position[line_range][start][type] does not have",
      ],
    ] as const) {
      const { status, body } = await gitlab.api("POST", `${path}/discussions`, { body: "x", position: wrong });
      expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(words)]);
    }
  });

  test("a comment may be on an unchanged line, a removed line, or several lines", async () => {
    const { request, path } = await propose("ranged");
    const { base_sha, head_sha, start_sha } = request.diff_refs;
    const position = { position_type: "text", base_sha, head_sha, start_sha, new_path: "a.txt", old_path: "a.txt" };
    const line_range = { start: { type: "old", old_line: 2 }, end: { type: "new", new_line: 2 } };
    for (const lines of [{ old_line: 1, new_line: 1 }, { old_line: 2 }, { new_line: 2, line_range }]) {
      const made = await gitlab.api("POST", `${path}/discussions`, { body: "hm", position: { ...position, ...lines } });
      expect([made.status, made.body.notes[0].position]).toMatchObject([201, lines]);
    }
  });

  test("are read by id and answered; an answered comment becomes a thread", async () => {
    const { path } = await propose("answered");
    await gitlab.api("POST", `${path}/notes`, { body: "first" });
    const [{ id, individual_note }] = (await gitlab.api("GET", `${path}/discussions`)).body;
    expect(individual_note).toBe(true);
    const { status, body: answer } = await gitlab.api("POST", `${path}/discussions/${id}/notes`, { body: "second" });
    expect([status, answer.type]).toEqual([201, "DiscussionNote"]);
    const { body } = await gitlab.api("GET", `${path}/discussions/${id}`);
    expect([body.individual_note, body.notes.map((note: { body: string }) => note.body)]).toEqual([
      false,
      ["first", "second"],
    ]);
    const note = `${path}/discussions/${id}/notes/${answer.id}`;
    expect((await gitlab.api("PUT", note, { body: "better" })).body.body).toBe("better");
    expect((await gitlab.api("PUT", note, { resolved: true })).body.resolved).toBe(true);
    expect((await gitlab.api("DELETE", note)).status).toBe(204);
    expect((await gitlab.api("GET", `${path}/discussions/none`)).status).toBe(404);
  });
});

describe("tags", () => {
  test("a tag with a message is an object of its own", async () => {
    const { body: main } = await gitlab.api("GET", at("/repository/branches/main"));
    const { body } = await gitlab.api("POST", at("/repository/tags"), {
      tag_name: "v1",
      ref: "main",
      message: "One\n\nmore",
    });
    expect(body).toMatchObject({ message: "One\n\nmore", commit: { id: main.commit.id } });
    expect(body.target).not.toBe(main.commit.id);
    const { body: plain } = await gitlab.api("POST", at("/repository/tags"), { tag_name: "v10", ref: "main" });
    expect([plain.message, plain.target, plain.created_at]).toEqual(["", main.commit.id, null]);
    await gitlab.api("POST", at("/repository/tags"), { tag_name: "v2", ref: "v1" });
    const { body: list } = await gitlab.api("GET", at("/repository/tags?order_by=version&sort=asc"));
    expect(list.map(({ name }: { name: string }) => name)).toEqual(["v1", "v2", "v10"]);
  });

  test("a protected tag is made by those who may", async () => {
    const developer = gitlab.user("tagger");
    await gitlab.api("POST", at("/members"), { user_id: developer.id, access_level: 30 });
    const rule = await gitlab.api("POST", at("/protected_tags"), { name: "release-*", create_access_level: 40 });
    expect([rule.status, rule.body.create_access_levels[0].access_level]).toEqual([201, 40]);
    const make = (token?: string) =>
      gitlab.api("POST", at("/repository/tags"), { tag_name: "release-1", ref: "main" }, token ? { token } : {});
    expect(await make(developer.token)).toMatchObject({
      status: 400,
      body: { message: "You are not allowed to create this tag as it is protected." },
    });
    expect((await make()).body.protected).toBe(true);
    expect((await gitlab.api("DELETE", at("/protected_tags/release-*"))).status).toBe(204);
  });
});

test("a commit's branches, tags and merge requests are told", async () => {
  const { request, path } = await propose("traced");
  const refs = await gitlab.api("GET", at(`/repository/commits/${request.sha}/refs?type=branch`));
  expect(refs.body).toEqual([{ type: "branch", name: "traced" }]);
  const found = await gitlab.api("GET", at(`/repository/commits/${request.sha}/merge_requests`));
  expect(found.body.map(({ iid }: { iid: number }) => iid)).toEqual([request.iid]);
  await gitlab.api("PUT", path, { state_event: "close" });
});

test("who may see a project, and that it has no issues", async () => {
  const { body: users } = await gitlab.api("GET", at("/users?search=tagg"));
  expect(users.map(({ username }: { username: string }) => username)).toEqual(["tagger"]);
  const named = (await gitlab.api("GET", at("/users?username=tagger"))).body;
  expect(named.map(({ username }: { username: string }) => username)).toContain("tagger");
  expect((await gitlab.api("GET", at("/issues?state=opened&labels=x&issue_type=incident"))).body).toEqual([]);
  expect((await gitlab.api("POST", at("/issues"), { title: "x", issue_type: "issue" })).status).toBe(403);
  expect((await gitlab.api("GET", at(""))).body).toMatchObject({
    issues_access_level: "disabled",
    issues_enabled: false,
  });
});

describe("webhooks", () => {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  const last = (name: string) => gitlab.events.filter((event) => event.name === name).at(-1)?.payload as never as any;

  test("a push tells which files it added, changed and removed", async () => {
    const id = await gitlab.project("pushed", { "keep.txt": "1\n", "gone.txt": "1\n" });
    const actions = [
      { action: "create", file_path: "dir/neu ü.txt", content: "x" },
      { action: "update", file_path: "keep.txt", content: "2\n" },
      { action: "delete", file_path: "gone.txt" },
    ];
    await gitlab.commit(id, "main", {}, { actions });
    expect(last("Push Hook").commits).toMatchObject([
      { added: ["dir/neu ü.txt"], modified: ["keep.txt"], removed: ["gone.txt"] },
    ]);
  });

  test("a merge request tells its labels and what an update changed", async () => {
    const { path } = await propose("told", { labels: "x" });
    await gitlab.api("PUT", path, { title: "New title", add_labels: "new" });
    const { labels, changes, object_attributes } = last("Merge Request Hook");
    expect(labels.map(({ title }: { title: string }) => title)).toEqual(["new", "x"]);
    expect(changes.title).toEqual({ previous: "Change told", current: "New title" });
    expect(changes.labels.previous).toMatchObject([{ title: "x" }]);
    expect([object_attributes.action, object_attributes.labels.length]).toEqual(["update", 2]);
    const before = (await gitlab.api("GET", path)).body.sha;
    await gitlab.commit(project, "told", { "more.txt": "" });
    expect(last("Merge Request Hook").object_attributes).toMatchObject({ action: "update", oldrev: before });
  });

  test("a tag tells its message", async () => {
    await gitlab.api("POST", at("/repository/tags"), { tag_name: "told", ref: "main", message: "hear" });
    expect(last("Tag Push Hook")).toMatchObject({ message: "hear", ref: "refs/tags/told" });
  });
});
