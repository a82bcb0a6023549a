import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InProcess, inProcess } from "../in-process.js";

let gitlab: InProcess;
let project: number;
beforeAll(async () => {
  gitlab = await inProcess();
  project = await gitlab.project("app");
});
afterAll(() => gitlab.close());

describe("names of branches and tags", () => {
  const hex = "0123456789abcdef0123456789abcdef01234567";

  test.each(["HEAD", hex, `${hex}/x`, "refs/heads/x", "refs/tags/x", "-x", "@"])(
    "%s is no name of a new branch",
    async (branch) => {
      const { status, body } = await gitlab.api("POST", `/projects/${project}/repository/branches`, {
        branch,
        ref: "main",
      });
      expect([status, body.message]).toEqual([
        400,
        expect.stringMatching(/Branch name is invalid|cannot create a branch/),
      ]);
      expect((await gitlab.commit(project, branch, { x: "" }, { start_branch: "main" })).status).toBe(400);
    },
  );

  test("a branch named HEAD that Git holds already does not redirect HEAD", async () => {
    const { body: main } = await gitlab.api("GET", `/projects/${project}/repository/branches/main`);
    for (const path of ["tree?ref=HEAD", "commits?ref_name=HEAD", "compare?from=HEAD&to=main", "archive?sha=HEAD"]) {
      expect([path, (await gitlab.api("GET", `/projects/${project}/repository/${path}`)).status]).toEqual([path, 200]);
    }
    const [commit] = (await gitlab.api("GET", `/projects/${project}/repository/commits?ref_name=HEAD`)).body;
    expect(commit.id).toBe(main.commit.id);
  });

  test("a new project's default branch has a good name", async () => {
    const { status } = await gitlab.api("POST", "/projects", { name: "bad-head", default_branch: "HEAD" });
    expect(status).toBe(400);
  });
});

test.each(["git~1/config", ".g\u200cit/config", ".GIT./x", "a/.git::$INDEX_ALLOCATION/x", "a\\.git\\config", ".git "])(
  "no commit writes %j, which some systems take for Git's own folder",
  async (file_path) => {
    const made = await gitlab.commit(project, "main", { [file_path]: "x" });
    expect([made.status, made.body.message]).toEqual([400, "file_path should be a valid file path"]);
  },
);

test.each([
  "/repository/files/a%00b?ref=main",
  "/repository/files/README.md?ref=a%00b",
  "/repository/tree?ref=main&path=a%00b",
])("a null byte in an address is a bad request: %s", async (path) => {
  expect((await gitlab.api("GET", `/projects/${project}${path}`)).status).toBe(400);
});

test("a null byte in a JSON parameter is invalid", async () => {
  const made = await gitlab.api("POST", `/projects/${project}/repository/branches`, { branch: "x", ref: "a\0b" });
  expect([made.status, made.body]).toEqual([400, { error: "ref is invalid" }]);
});

test("an archive of a path that is not there answers 404", async () => {
  expect(await gitlab.api("GET", `/projects/${project}/repository/archive?path=nothing`)).toMatchObject({
    status: 404,
    body: { message: "404 File Not Found" },
  });
});

describe("what is read before a token is known", () => {
  const big = Buffer.alloc(1_000_000, " ");

  test.each([
    ["POST", "/api/v4/projects", "application/json", 401],
    ["PUT", "/api/v4/projects/1", "application/x-www-form-urlencoded", 401],
    ["POST", "/api/v4/nothing", "application/json", 404],
    ["PUT", "/nothing", "application/json", 404],
    ["POST", "/root/app.git/git-upload-pack", "application/json", 415],
    ["POST", "/root/app.git/git-receive-pack", "application/json", 415],
    ["POST", "/root/app.git/git-receive-pack", "application/x-git-receive-pack-request", 401],
    ["POST", "/root/app.git/git-upload-pack", "application/x-git-upload-pack-request", 401],
  ])("%s %s with %s answers at once", async (method, path, type, expected) => {
    let read = 0;
    const payload = new Readable({
      read() {
        setTimeout(() => this.push(++read > 50 ? null : big), 2);
      },
    });
    const answer = await gitlab.app.inject({
      method: method as "POST",
      url: path,
      headers: { "content-type": type, "content-length": "50000000" },
      payload,
    });
    expect(answer.statusCode).toBe(expected);
    expect(read).toBeLessThan(10);
    // One that is small enough to be read, and whose end never comes.
    const headers = { "content-type": type, "content-length": "1000" };
    const endless = new Readable({ read() {} });
    const small = await gitlab.app.inject({ method: method as "POST", url: path, headers, payload: endless });
    expect(small.statusCode).toBe(expected);
  });
});

test("info/refs serves the service that was checked", async () => {
  const reader = gitlab.user("reader", {}, ["read_repository"]);
  await gitlab.api("POST", `/projects/${project}/members`, { user_id: reader.id, access_level: 30 });
  const headers = { authorization: `Basic ${Buffer.from(`x:${reader.token}`).toString("base64")}` };
  const ask = (query: string) =>
    gitlab.send("GET", `/root/app.git/info/refs?${query}`, undefined, { token: null, headers });
  expect((await ask("service=git-receive-pack")).status).toBe(403);
  for (const query of [
    "service=git-upload-pack&service=git-receive-pack",
    "service=git-receive-pack&service=git-upload-pack",
    "service=git-upload-pack;service=git-receive-pack",
  ]) {
    const { body } = await ask(query);
    expect([query, body]).toEqual([query, expect.not.stringContaining("service=git-receive-pack")]);
  }
  expect((await ask("service=git-upload-pack")).body).toContain("service=git-upload-pack");
});

test("a link that signs in is not for bots", async () => {
  const { body: bot } = await gitlab.api("POST", `/projects/${project}/access_tokens`, {
    name: "bot",
    scopes: ["api"],
    access_level: 40,
  });
  const { status } = await gitlab.api("POST", "/timonier/sign_in_links", {}, { token: bot.token });
  expect(status).toBe(403);
  // One that was issued before is worth nothing either.
  const link = gitlab.context.sessions.issueLink(bot.id, new Date());
  expect((await gitlab.send("GET", `/users/sign_in?link=${link.secret}`, undefined, { token: null })).status).toBe(401);
});
