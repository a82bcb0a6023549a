import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runningDaemon } from "../../packages/kit/daemon.js";
import {
  inspectGitLab,
  readToken,
  removeGitLab,
  reserveGitLab,
  startGitLab,
  stopGitLab,
} from "../../simulators/gitlab/lifecycle.js";
import { commit, makeProject, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

const servers: TestGitLab[] = [];
async function start(...args: Parameters<typeof startTestGitLab>): Promise<TestGitLab> {
  const server = await startTestGitLab(...args);
  servers.push(server);
  return server;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.remove();
});

const pidOf = (dir: string) => runningDaemon(join(dir, "server.pid"))?.pid ?? 0;

describe("the lifecycle", () => {
  let folder: string;
  let dir: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "timonier-life-"));
    dir = join(folder, "gitlab");
  });
  afterEach(async () => {
    if (existsSync(join(dir, "address.json"))) await removeGitLab(dir);
    rmSync(folder, { recursive: true, force: true });
  });

  test("reserves one address however many ask at once, and starts nothing", async () => {
    expect(await inspectGitLab(dir)).toBe("absent");
    const addresses = await Promise.all(Array.from({ length: 4 }, () => reserveGitLab(dir)));
    expect(new Set(addresses.map(({ url }) => url)).size).toBe(1);
    expect(await inspectGitLab(dir)).toBe("stopped");
    for (const file of ["root-token", "maintainer-token", "tls/ca-key.pem", "tls/server-key.pem"]) {
      expect([file, statSync(join(dir, file)).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  test("starts once, stops wholly and comes back with what it had", async () => {
    const reserved = await reserveGitLab(dir);
    const token = readToken(dir);
    const [one, two] = await Promise.all([startGitLab(dir), startGitLab(dir)]);
    expect([one, two]).toEqual([reserved, reserved]);
    const pid = pidOf(dir);
    expect(await inspectGitLab(dir)).toBe("running");
    await stopGitLab(dir);
    // Its parent here is this process, which has yet to hear of the end.
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    const port = Number(new URL(reserved.url).port);
    const taker = createServer();
    await new Promise<void>((done, failed) => taker.once("error", failed).listen(port, "127.0.0.1", done));
    await new Promise((done) => taker.close(done));
    expect(await inspectGitLab(dir)).toBe("stopped");
    expect(await startGitLab(dir, { tier: "premium" })).toEqual(reserved);
    expect(readToken(dir)).toBe(token);
    const premium = pidOf(dir);
    await startGitLab(dir, { tier: "free" });
    expect(pidOf(dir)).not.toBe(premium);
    await removeGitLab(dir);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("names a port that another process has taken, and the way out", async () => {
    const { url } = await reserveGitLab(dir);
    const squatter = createServer();
    await new Promise<void>((done) => squatter.listen(Number(new URL(url).port), "127.0.0.1", done));
    await expect(startGitLab(dir)).rejects.toThrow(
      new RegExp(`port ${new URL(url).port} .* is taken by another process[\\s\\S]*fix: .*timonier down`),
    );
    await new Promise((done) => squatter.close(done));
    await startGitLab(dir);
  });

  test("removes no folder that is not its own", async () => {
    mkdirSync(dir);
    writeFileSync(join(dir, "precious"), "");
    await expect(removeGitLab(dir)).rejects.toThrow(/not an embedded GitLab's/);
    expect(existsSync(join(dir, "precious"))).toBe(true);
  });
});

test("a kill at any moment of a storm of writes loses nothing that was answered", async () => {
  // GIVEN
  const gitlab = await start();
  const { id } = await makeProject(gitlab, "storm");
  const answered: { file: string; commit: string }[] = [];
  const projects: string[] = [];
  for (let round = 0; round < 3; round++) {
    // WHEN writers write until the server dies under them
    const writer = async (name: string) => {
      for (let index = 0; ; index++) {
        const file = `${name}-${round}-${index}`;
        const made = await commit(
          gitlab,
          id,
          `branch-${name}-${round}`,
          [{ action: "create", file_path: file, content: file }],
          index === 0 ? { start_branch: "main" } : {},
        );
        if (made.status === 201) answered.push({ file, commit: made.body.id });
        const project = await gitlab.api("POST", "/projects", { name: `p-${file}` });
        if (project.status === 201) projects.push(project.body.path_with_namespace);
        if (index === 2)
          await gitlab.api("POST", `/projects/${id}/merge_requests`, {
            source_branch: `branch-${name}-${round}`,
            target_branch: "main",
            title: file,
          });
      }
    };
    const writers = ["a", "b", "c"].map((name) => writer(name).catch(() => {}));
    // By what was answered and not by the clock alone: a busy machine must not make the storm a breeze.
    for (const enough = answered.length + 4; answered.length < enough; ) await sleep(20);
    await sleep(round * 170);
    process.kill(pidOf(gitlab.dir), "SIGKILL");
    await Promise.all(writers);
    // THEN it starts again
    await startGitLab(gitlab.dir);
  }
  expect(answered.length).toBeGreaterThan(10);
  for (const { commit: sha, file } of answered) {
    expect((await gitlab.api("GET", `/projects/${id}/repository/files/${file}/raw?ref=${sha}`)).body).toBe(file);
  }
  for (const path of projects)
    expect((await gitlab.api("GET", `/projects/${encodeURIComponent(path)}`)).status).toBe(200);
  for (const { iid } of (await gitlab.api("GET", `/projects/${id}/merge_requests?per_page=100`)).body) {
    expect((await gitlab.api("GET", `/projects/${id}/merge_requests/${iid}`)).body.detailed_merge_status).toBe(
      "mergeable",
    );
  }
  const repositories = join(gitlab.dir, "repositories");
  const known = JSON.parse(readFileSync(join(gitlab.dir, "state.json"), "utf8")).projects.map(
    ({ repository }: { repository: string }) => repository,
  );
  expect(readdirSync(repositories).sort()).toEqual(known.sort());
  for (const name of known)
    expect((await gitlab.git(join(repositories, name), ["fsck", "--no-dangling"])).code).toBe(0);
}, 60_000);

test("a merge whose answer was cut off is seen as merged after a start", async () => {
  // GIVEN a merge that moved the branch, and a state that does not know it
  const gitlab = await start();
  const { id } = await makeProject(gitlab, "cut");
  await commit(gitlab, id, "topic", [{ action: "create", file_path: "x", content: "" }], { start_branch: "main" });
  await gitlab.api("POST", `/projects/${id}/merge_requests`, {
    source_branch: "topic",
    target_branch: "main",
    title: "t",
  });
  const before = readFileSync(join(gitlab.dir, "state.json"));
  expect((await gitlab.api("PUT", `/projects/${id}/merge_requests/1/merge`)).status).toBe(200);
  process.kill(pidOf(gitlab.dir), "SIGKILL");
  await expect.poll(() => pidOf(gitlab.dir)).toBe(0);
  writeFileSync(join(gitlab.dir, "state.json"), before);
  // WHEN
  await startGitLab(gitlab.dir);
  // THEN
  expect((await gitlab.api("GET", `/projects/${id}/merge_requests/1`)).body).toMatchObject({
    state: "merged",
    merge_commit_sha: expect.any(String),
  });
});

test("a project without a repository gets an empty one, a repository without a project is set aside", async () => {
  const gitlab = await start();
  const [lost, kept] = [await makeProject(gitlab, "lost"), await makeProject(gitlab, "kept")];
  await stopGitLab(gitlab.dir);
  const file = join(gitlab.dir, "state.json");
  const state = JSON.parse(readFileSync(file, "utf8"));
  const folder = (id: number) =>
    state.projects.find((project: { id: number }) => project.id === id).repository as string;
  const stray = folder(kept.id);
  rmSync(join(gitlab.dir, "repositories", folder(lost.id)), { recursive: true });
  state.projects = state.projects.filter((project: { id: number }) => project.id !== kept.id);
  writeFileSync(file, JSON.stringify(state));
  await startGitLab(gitlab.dir);
  expect((await gitlab.api("GET", `/projects/${lost.id}`)).body).toMatchObject({ empty_repo: true });
  expect(readdirSync(join(gitlab.dir, "lost"))).toEqual([stray]);
  expect(readFileSync(join(gitlab.dir, "server.log"), "utf8")).toMatch(
    /has lost its repository[\s\S]*belongs to no project|belongs to no project[\s\S]*has lost its repository/,
  );
});

describe("switches", () => {
  test("on gitlab.com and Free, project tokens and approvals are refused; on a Free instance approvals are unknown", async () => {
    const com = await start({ flavour: "gitlab.com" });
    const { id } = await makeProject(com, "free");
    expect((await com.api("GET", "/metadata")).body.enterprise).toBe(true);
    expect(await com.api("POST", `/projects/${id}/access_tokens`, { name: "x", scopes: ["api"] })).toMatchObject({
      status: 400,
      body: { message: "400 Bad request - User does not have permission to create project access token" },
    });
    expect((await com.api("GET", `/projects/${id}/approval_rules`)).status).toBe(403);
    const own = await start();
    const project = await makeProject(own, "free");
    expect(
      (await own.api("POST", `/projects/${project.id}/access_tokens`, { name: "x", scopes: ["api"] })).status,
    ).toBe(201);
    expect(await own.api("GET", `/projects/${project.id}/approval_rules`)).toMatchObject({
      status: 404,
      body: { error: "404 Not Found" },
    });
  });

  test("it can be served below a path and without TLS, and limit its rate", async () => {
    const gitlab = await start({ prefix: "/gitlab", tls: false, rateLimit: 40 });
    expect(gitlab.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/gitlab$/);
    const project = await makeProject(gitlab, "below");
    expect(project.http_url_to_repo).toBe(`${gitlab.url}/root/below.git`);
    expect(
      (await gitlab.git(gitlab.scratch("."), ["ls-remote", gitlab.repository("root/below", "x", gitlab.root)])).out,
    ).toContain("refs/heads/main");
    let last = await gitlab.api("GET", "/user");
    expect(last.headers).toMatchObject({ "ratelimit-limit": "40" });
    for (let index = 0; index < 80 && last.status === 200; index++) last = await gitlab.api("GET", "/user");
    expect(last).toMatchObject({
      status: 429,
      headers: { "retry-after": expect.any(String), "ratelimit-reset": expect.any(String), "ratelimit-remaining": "0" },
    });
  });

  test("planted faults answer, delay, or cut the line after the work was done", async () => {
    const gitlab = await start();
    const plant = (fault: object) => gitlab.api("POST", "/-/timonier/faults", { times: 1, ...fault });
    await plant({ method: "POST", path: "/projects$", status: 500 });
    expect((await gitlab.api("POST", "/projects", { name: "one" })).status).toBe(500);
    expect((await gitlab.api("GET", "/projects/root%2Fone")).status).toBe(404);
    await plant({ method: "POST", path: "/projects$", cut: true });
    await expect(gitlab.api("POST", "/projects", { name: "two" })).rejects.toThrow();
    expect((await gitlab.api("GET", "/projects/root%2Ftwo")).status).toBe(200);
    const { body: journal } = await gitlab.api("GET", "/-/timonier/journal");
    expect(journal.writes.map(({ status }: { status: number }) => status)).toEqual([500, 201]);
    writeFileSync(join(gitlab.dir, "test-token"), "guess");
    expect((await gitlab.api("GET", "/-/timonier/journal")).status).toBe(401);
  });

  test("the test endpoints are not there unless asked for, and mistyped settings are told of", async () => {
    const gitlab = await start({ test: false });
    writeFileSync(join(gitlab.dir, "test-token"), "x");
    expect((await gitlab.api("GET", "/-/timonier/journal")).status).toBe(404);
    await expect(startGitLab(gitlab.dir, { settings: { tier: "gold" } as never })).rejects.toThrow(/tier: expected/);
  });
});

test("starts fast, stays small and keeps no secret in its log, journal or state", async () => {
  const gitlab = await start();
  const began = Date.now();
  await stopGitLab(gitlab.dir);
  const stopped = Date.now();
  await startGitLab(gitlab.dir);
  const started = Date.now();
  const project = await makeProject(gitlab, "secrets");
  const { body: deploy } = await gitlab.api("POST", `/projects/${project.id}/deploy_tokens`, {
    name: "d",
    scopes: ["read_repository"],
  });
  await gitlab.api("GET", `/user?private_token=${gitlab.root}`, undefined, null);
  await gitlab.git(gitlab.scratch("."), [
    "ls-remote",
    gitlab.repository("root/secrets", deploy.username, deploy.token),
  ]);
  await gitlab.git(gitlab.scratch("."), ["ls-remote", gitlab.repository("root/nothing", "oauth2", "glpat-canary")]);
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pidOf(gitlab.dir)}/status`, "utf8"))?.[1]);
  console.log(`start ${started - stopped} ms, stop ${stopped - began} ms, resident ${Math.round(kilobytes / 1024)} MB`);
  expect(started - stopped).toBeLessThan(4_000);
  expect(kilobytes / 1024).toBeLessThan(130);
  await sleep(50);
  for (const file of ["server.log", "requests.jsonl", "state.json"]) {
    const text = readFileSync(join(gitlab.dir, file), "utf8");
    for (const secret of [gitlab.root, gitlab.maintainer, deploy.token, "glpat-canary"])
      expect(text).not.toContain(secret);
  }
});
