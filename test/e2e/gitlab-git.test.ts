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

test("a push says where its merge request is, and makes one when it is told to", async () => {
  // GIVEN
  const project = await makeProject(gitlab, "options");
  await gitlab.api("POST", `/projects/${project.id}/repository/branches`, { branch: "stable", ref: "main" });
  const folder = await clone("root/options", "options");
  await addCommit(folder, "x");
  const push = (...args: string[]) => gitlab.git(folder, ["push", ...args]);
  // THEN a person sees where a merge request can be made
  const plain = await push("origin", "HEAD:refs/heads/feature/plain");
  expect(plain.out).toContain("remote: To create a merge request for feature/plain, visit:");
  expect(plain.out).toContain("/root/options/-/merge_requests/new?merge_request%5Bsource_branch%5D=feature%2Fplain");
  expect((await push("origin", "HEAD:main")).out).not.toContain("merge request");
  await addCommit(folder, "y");
  // WHEN
  const options = ["create", "target=stable", "title=From a push", "label=one", "label=two", "remove_source_branch"];
  const made = await push(
    ...options.flatMap((each) => ["-o", `merge_request.${each}`]),
    "-o",
    "ci.skip",
    "origin",
    "HEAD:refs/heads/made",
  );
  // THEN
  expect([made.code, made.out]).toEqual([0, expect.stringContaining("remote: View merge request for made:")]);
  const [request] = (await gitlab.api("GET", `/projects/${project.id}/merge_requests`)).body;
  expect(request).toMatchObject({
    title: "From a push",
    source_branch: "made",
    target_branch: "stable",
    labels: ["one", "two"],
    force_remove_source_branch: true,
  });
  expect(made.out).toContain(request.web_url);
  await addCommit(folder, "z");
  await push("-o", "merge_request.title=Changed", "-o", "merge_request.unlabel=one", "origin", "HEAD:refs/heads/made");
  const path = `/projects/${project.id}/merge_requests/${request.iid}`;
  expect((await gitlab.api("GET", path)).body).toMatchObject({ title: "Changed", labels: ["two"] });
  const wrong = await push(
    "-o",
    "merge_request.create",
    "-o",
    "merge_request.target=nowhere",
    "origin",
    "HEAD:refs/heads/wrong",
  );
  expect([wrong.code, wrong.out]).toEqual([0, expect.stringContaining("Error encountered with push options")]);
  expect(wrong.out).toContain('"nowhere" does not exist');
});

test("notes of Git are taken; names that GitLab refuses are not", async () => {
  const project = await makeProject(gitlab, "names");
  const folder = await clone("root/names", "names");
  await gitlab.git(folder, ["notes", "add", "-m", "released"]);
  expect((await gitlab.git(folder, ["push", "origin", "refs/notes/commits"])).code).toBe(0);
  const other = await clone("root/names", "names-again");
  await gitlab.git(other, ["fetch", "-q", "origin", "refs/notes/*:refs/notes/*"]);
  expect((await gitlab.git(other, ["notes", "show"])).out).toContain("released");
  for (const [ref, words] of [
    ["refs/heads/HEAD", "You cannot create a branch with an invalid name."],
    [
      "refs/heads/0123456789abcdef0123456789abcdef01234567",
      "You cannot create a branch with a SHA-1 or SHA-256 branch name.",
    ],
    ["refs/tags/0123456789abcdef0123456789abcdef01234567", "You cannot create a tag with a SHA-1 or SHA-256 tag name."],
    ["refs/other/x", "You can only push to branches and tags."],
  ]) {
    const { code, out } = await gitlab.git(folder, ["push", "origin", `HEAD:${ref}`]);
    expect([ref, code, out]).toEqual([ref, 1, expect.stringContaining(`GitLab: ${words}`)]);
  }
  await gitlab.api("POST", `/projects/${project.id}/protected_tags`, { name: "v*", create_access_level: 0 });
  expect((await gitlab.git(folder, ["push", "origin", "HEAD:refs/tags/v1"])).out).toContain(
    "GitLab: You are not allowed to create this tag as it is protected.",
  );
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
  expect((await gitlab.git(folder, ["push", "-q", "origin", "main:topic"])).code).toBe(0);
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
