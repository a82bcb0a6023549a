import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, request } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

let gitlab: TestGitLab;
beforeAll(async () => {
  gitlab = await startTestGitLab();
});
afterAll(() => gitlab?.remove());

/** A clone as a user, with one more commit in it. */
async function clone(path: string, name: string, token = gitlab.root): Promise<string> {
  const folder = gitlab.scratch(name);
  const { code, out } = await gitlab.git(gitlab.scratch("."), [
    "clone",
    "-q",
    gitlab.repository(path, "oauth2", token),
    folder,
  ]);
  expect([code, out]).toEqual([0, expect.not.stringContaining("fatal")]);
  return folder;
}

async function addCommit(folder: string, file: string, content = `${file}\n`): Promise<void> {
  writeFileSync(join(folder, file), content);
  await gitlab.git(folder, ["add", "."]);
  await gitlab.git(folder, ["commit", "-qm", `add ${file}`]);
}

test("a first push into an empty project makes and protects its default branch", async () => {
  // GIVEN
  const { body: project } = await gitlab.api("POST", "/projects", { name: "empty" });
  const folder = gitlab.scratch("empty");
  mkdirSync(folder);
  await gitlab.git(folder, ["init", "-q"]);
  await addCommit(folder, "a");
  // WHEN
  const pushed = await gitlab.git(folder, ["push", gitlab.repository("root/empty", "oauth2", gitlab.root), "main"]);
  // THEN
  expect(pushed.code).toBe(0);
  expect((await gitlab.api("GET", `/projects/${project.id}/repository/branches/main`)).body).toMatchObject({
    protected: true,
    default: true,
  });
});

test("nobody pushes to a branch that nobody may push to, in GitLab's words", async () => {
  const project = await makeProject(gitlab, "guarded");
  await gitlab.api("DELETE", `/projects/${project.id}/protected_branches/main`);
  await gitlab.api("POST", `/projects/${project.id}/protected_branches`, {
    name: "main",
    push_access_level: 0,
    merge_access_level: 40,
  });
  const folder = await clone("root/guarded", "guarded");
  await addCommit(folder, "direct");
  const refused = await gitlab.git(folder, ["push", "origin", "main"]);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain(
    "remote: GitLab: You are not allowed to push code to protected branches on this project.",
  );
  expect(refused.out).toContain("pre-receive hook declined");
  expect((await gitlab.git(folder, ["push", "origin", "main:topic"])).code).toBe(0);
  expect(
    (await gitlab.api("GET", `/projects/${project.id}/repository/branches`)).body.map(
      ({ name }: { name: string }) => name,
    ),
  ).toEqual(["main", "topic"]);
});

test("a protected branch moves only forward, another one as one likes", async () => {
  await makeProject(gitlab, "forward");
  const folder = await clone("root/forward", "forward");
  await gitlab.git(folder, ["push", "-q", "origin", "main:topic"]);
  await gitlab.git(folder, ["commit", "-q", "--amend", "-m", "rewritten"]);
  const refused = await gitlab.git(folder, ["push", "--force", "origin", "main"]);
  expect(refused.out).toContain(
    "GitLab: You are not allowed to force push code to a protected branch on this project.",
  );
  expect((await gitlab.git(folder, ["push", "--force", "origin", "main:topic"])).code).toBe(0);
  expect((await gitlab.git(folder, ["push", "origin", ":main"])).out).toContain(
    "The default branch of a project cannot be deleted.",
  );
});

test("a push is refused as a whole", async () => {
  const project = await makeProject(gitlab, "whole");
  const user = await makeUser(gitlab, "dev-whole");
  await gitlab.api("POST", `/projects/${project.id}/members`, { user_id: user.id, access_level: 30 });
  const folder = await clone("root/whole", "whole", user.token);
  await addCommit(folder, "x");
  expect((await gitlab.git(folder, ["push", "origin", "main:topic", "main:main"])).code).not.toBe(0);
  expect((await gitlab.api("GET", `/projects/${project.id}/repository/branches/topic`)).status).toBe(404);
});

test("a deploy token reads its one repository, and does nothing else", async () => {
  // GIVEN
  const [mine] = [await makeProject(gitlab, "mine"), await makeProject(gitlab, "other")];
  const { body: token } = await gitlab.api("POST", `/projects/${mine.id}/deploy_tokens`, {
    name: "flux",
    scopes: ["read_repository"],
  });
  const at = (path: string, user = token.username) => gitlab.repository(path, user, token.token);
  const list = (path: string, user?: string) => gitlab.git(gitlab.scratch("."), ["ls-remote", at(path, user)]);
  // THEN
  expect((await list("root/mine")).out).toContain("refs/heads/main");
  expect((await list("root/mine", "oauth2")).out).toMatch(/Authentication failed/);
  expect((await list("root/other")).out).toMatch(/Authentication failed/);
  const folder = await clone("root/mine", "mine");
  await addCommit(folder, "x");
  expect((await gitlab.git(folder, ["push", at("root/mine"), "main:topic"])).out).toMatch(
    /You are not allowed to upload code|error: 403/,
  );
  expect((await gitlab.api("GET", "/user", undefined, token.token)).status).toBe(401);
  // WHEN it is deleted
  await gitlab.api("DELETE", `/projects/${mine.id}/deploy_tokens/${token.id}`);
  expect((await list("root/mine")).out).toMatch(/Authentication failed/);
});

test("tells 401, 403 and 404 apart as GitLab does", async () => {
  const project = await makeProject(gitlab, "answers");
  const [stranger, narrow, reporter] = [
    await makeUser(gitlab, "stranger"),
    await makeUser(gitlab, "narrow", ["read_user"]),
    await makeUser(gitlab, "reporter"),
  ];
  for (const user of [narrow, reporter])
    await gitlab.api("POST", `/projects/${project.id}/members`, { user_id: user.id, access_level: 20 });
  const { body: old } = await gitlab.api("POST", `/projects/${project.id}/deploy_tokens`, {
    name: "old",
    scopes: ["read_repository"],
    expires_at: "2020-01-01",
  });
  const agent = new Agent({ connect: { ca: readFileSync(gitlab.caFile) } });
  const ask = async (path: string, service: string, password?: string, username = "oauth2") => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const url = `${gitlab.url}/${path}/info/refs?service=git-${service}`;
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      headers: password === undefined ? {} : { authorization },
    });
    return [statusCode, headers["www-authenticate"] ?? headers.location ?? "", (await body.text()).slice(0, 90)];
  };
  const basic = 'Basic realm="GitLab"';
  expect(await ask("root/answers.git", "upload-pack")).toEqual([
    401,
    basic,
    expect.stringContaining("HTTP Basic: Access denied."),
  ]);
  expect(await ask("root/answers.git", "upload-pack", "glpat-wrong")).toEqual([401, basic, expect.any(String)]);
  expect(await ask("root/answers.git", "upload-pack", old.token, old.username)).toEqual([
    401,
    basic,
    expect.any(String),
  ]);
  expect(await ask("root/nothing.git", "upload-pack")).toEqual([401, basic, expect.any(String)]);
  expect(await ask("root/answers.git", "upload-pack", stranger.token)).toEqual([
    404,
    "",
    expect.stringContaining("The project you were looking for could not be found"),
  ]);
  expect(await ask("root/answers.git", "upload-pack", narrow.token)).toEqual([
    403,
    "",
    "You are not allowed to download code.\n",
  ]);
  expect(await ask("root/answers.git", "receive-pack", reporter.token)).toEqual([
    403,
    "",
    "You are not allowed to push code to this project.\n",
  ]);
  expect(await ask("root/answers", "upload-pack", gitlab.root)).toEqual([
    301,
    `${gitlab.url}/root/answers.git/info/refs?service=git-upload-pack`,
    "",
  ]);
  expect((await ask("root/answers.git", "upload-pack", gitlab.root))[0]).toBe(200);
  await gitlab.api("POST", `/projects/${project.id}/archive`);
  expect((await ask("root/answers.git", "receive-pack", gitlab.root))[0]).toBe(403);
  expect((await ask("root/answers.git", "upload-pack", gitlab.root))[0]).toBe(200);
  await agent.close();
});

test("the repository itself takes nothing that did not come through the server", async () => {
  const project = await makeProject(gitlab, "inside");
  const folder = await clone("root/inside", "inside");
  await addCommit(folder, "x");
  const repositories = join(gitlab.dir, "repositories");
  for (const name of readdirSync(repositories)) {
    const pushed = await gitlab.git(folder, ["push", join(repositories, name), "main:refs/heads/smuggled"]);
    expect(pushed.code).not.toBe(0);
  }
  expect((await gitlab.api("GET", `/projects/${project.id}/repository/branches/smuggled`)).status).toBe(404);
});

test("large packs go through without filling memory", async () => {
  // GIVEN 24 MB that cannot be compressed
  const project = await makeProject(gitlab, "large");
  const folder = await clone("root/large", "large");
  for (let index = 0; index < 3; index++) writeFileSync(join(folder, `big${index}`), randomBytes(8_000_000));
  await addCommit(folder, "x");
  const { pid } = JSON.parse(readFileSync(join(gitlab.dir, "server.pid"), "utf8"));
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  // WHEN
  expect(await gitlab.git(folder, ["push", "-q", "origin", "main:topic"])).toEqual({ code: 0, out: "" });
  const again = gitlab.scratch("large-again");
  expect(
    (
      await gitlab.git(gitlab.scratch("."), [
        "clone",
        "-q",
        "-b",
        "topic",
        gitlab.repository("root/large", "oauth2", gitlab.root),
        again,
      ])
    ).code,
  ).toBe(0);
  // THEN
  expect(statSync(join(again, "big2")).size).toBe(8_000_000);
  expect(peak()).toBeLessThan(130);
  expect((await gitlab.api("GET", `/projects/${project.id}/repository/commits?ref_name=topic`)).body).toHaveLength(2);
}, 60_000);
