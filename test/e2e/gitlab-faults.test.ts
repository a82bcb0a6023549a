import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import { layoutOf } from "../../simulators/gitlab/layout.js";
import { apiOf, eventually } from "./cluster-support.js";
import { makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { killTree, startUp } from "./support/faults.js";
import { changeSetting, configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// A GitLab that fails in every way that GitLab has, while the real engine works on it: a run ends right or with one
// clear error, the next one goes on, and nothing is there twice. Each test goes on where the one before it stopped.

let gitlab: TestGitLab;
let copy: WorkingCopy;
let pilot: Awaited<ReturnType<typeof makeUser>>;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab()];
  await gitlab.api("POST", "/groups", { name: "team", path: "team" });
  pilot = await makeUser(gitlab, "pilot");
  await gitlab.api("POST", "/groups/team/members", { user_id: pilot.id, access_level: 50 });
  process.env.GITLAB_TOKEN = pilot.token;
  configureRemote(copy, gitlab, { namespace: "team", ciToken: "true", webhookUrl: "https://flux-hooks.example.org" });
});
afterAll(async () => {
  delete process.env.GITLAB_TOKEN;
  await copy?.remove();
  await gitlab?.remove();
});

const plant = (fault: object) => gitlab.api("POST", "/-/timonier/faults", fault);
const clear = () => gitlab.api("DELETE", "/-/timonier/faults");

/** How many of everything there is: each repository has one of each, or something was made twice. */
async function inventory(): Promise<Record<string, string>> {
  const { body: projects } = await gitlab.api("GET", "/projects?per_page=100");
  const counted = projects.map(async ({ id, path }: { id: number; path: string }) => {
    const count = async (what: string) => (await gitlab.api("GET", `/projects/${id}/${what}`)).body.length;
    const kinds = ["deploy_tokens", "access_tokens?state=active", "hooks", "variables", "protected_branches"];
    const counts = await Promise.all(kinds.map(count));
    return [path, kinds.map((kind, index) => `${counts[index]} ${kind.split("?")[0]}`).join(", ")];
  });
  return Object.fromEntries(await Promise.all(counted));
}

const once = "1 deploy_tokens, 1 access_tokens, 1 hooks, 2 variables, 1 protected_branches";
const everything = { "fluxcd-gitops-setup": once, "fluxcd-gitops-application": once };

test("all that passes, in one run: limits, failures, slow and lost answers, a project that is not there yet", async () => {
  const reset = String(Math.ceil(Date.now() / 1000) + 2);
  await plant({ method: "GET", path: "^/api/v4/user$", times: 1, status: 503 });
  await plant({
    method: "GET",
    path: "^/api/v4/version$",
    times: 1,
    status: 429,
    headers: { "ratelimit-reset": reset },
  });
  await plant({ method: "POST", path: "/projects$", times: 1, status: 429, headers: { "retry-after": "1" } });
  await plant({ method: "POST", path: "/projects$", times: 1, cut: true });
  const notYet = { times: 2, status: 404, body: { message: "404 Project Not Found" } };
  await plant({ method: "POST", path: "/repository/commits$", ...notYet });
  await plant({ method: "POST", path: "/variables$", ...notYet });
  await plant({ method: "POST", path: "/repository/commits$", times: 1, cut: true });
  await plant({ method: "GET", path: "/repository/branches/", times: 2, status: 500 });
  await plant({ method: "POST", path: "/protected_branches$", times: 1, cut: true });
  await plant({ method: "POST", path: "/deploy_tokens$", times: 1, cut: true });
  await plant({ method: "POST", path: "/deploy_tokens$", times: 1, status: 502 });
  await plant({ method: "POST", path: "/access_tokens$", times: 1, cut: true });
  await plant({ method: "POST", path: "/variables$", times: 2, cut: true });
  await plant({ method: "POST", path: "/hooks$", times: 1, cut: true, delay: 1_500 });
  const said = await copy.timonier("up");
  expect(said.exitCode, said.all).toBe(0);
  expect(said.all).toContain("everything is Ready");
  // Every one of them was met.
  expect((await clear()).body).toEqual([]);
  expect(await inventory()).toEqual(everything);
});

describe("a refusal that stays", () => {
  // One that is final and one that is repeated. gitlab-plugin.test.ts shows the error of each status that GitLab has.
  test.each([
    [403, { message: "403 Forbidden" }, /may not do this \(403\)/],
    [500, { message: "500 Internal Server Error" }, /GitLab failed \(500\)/],
  ])("with %i in the middle of an update ends in one clear error", async (status, body, words) => {
    // Another life of the tokens: all of them must be recreated.
    changeSetting(copy, "tokenDays", String(100 + (status % 100)));
    await plant({ method: "POST", path: "/projects/\\d+/deploy_tokens$", times: 50, status, body });
    const failed = await copy.timonier("up");
    await clear();
    expect(failed.exitCode).toBe(1);
    expect(failed.all).toMatch(words);
    expect(failed.all).toMatch(/fix: {3}\S/);
    expect(failed.all).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  });

  test("is gone: the next run goes on, and nothing is there twice", async () => {
    const repaired = await copy.timonier("up");
    expect(repaired.exitCode, repaired.all).toBe(0);
    expect(await inventory()).toEqual(everything);
  });
});

test("the program's own token expires in the middle: what was done is recorded, another one goes on", async () => {
  changeSetting(copy, "tokenDays", "80");
  await plant({ method: "POST", path: "/access_tokens$", times: 9, delay: 3_000 });
  const run = startUp(copy);
  await journalHas(/"POST".*\/deploy_tokens","route/);
  await gitlab.api("DELETE", `/personal_access_tokens/${pilot.tokenId}`);
  const failed = await run;
  expect(failed.exitCode).toBe(1);
  expect(failed.all).toContain("does not accept the token (401)");
  await clear();
  const { body: renewed } = await gitlab.api("POST", `/users/${pilot.id}/personal_access_tokens`, {
    name: "renewed",
    scopes: ["api"],
  });
  process.env.GITLAB_TOKEN = renewed.token;
  const said = await copy.timonier("up");
  expect(said.exitCode, said.all).toBe(0);
  expect(await inventory()).toEqual(everything);
});

describe("rotation, while something fetches every second", () => {
  const fetches: string[] = [];
  let fetching = true;
  let loop: Promise<void>;
  let api: KubeApi;

  beforeAll(() => {
    api = apiOf(copy.clusterFolder);
    loop = (async () => {
      while (fetching) {
        fetches.push(await fetchOnce());
        await sleep(1_000);
      }
    })();
  });
  afterAll(async () => {
    fetching = false;
    await loop;
    api.close();
  });

  const readSecret = () =>
    api.call<{ metadata: { resourceVersion: string }; data: { username: string; password: string } }>({
      path: "/api/v1/namespaces/flux-system/secrets/flux-system",
    });

  /** As source-controller does: what the Secret says now, then Git. */
  async function fetchOnce(): Promise<string> {
    const { data } = await readSecret();
    const decode = (text: string) => Buffer.from(text, "base64").toString();
    const { code, out } = await gitlab.git("/", [
      "ls-remote",
      gitlab.repository("team/fluxcd-gitops-setup", decode(data.username), decode(data.password)),
      "main",
    ]);
    return code === 0 ? "fetched" : out;
  }

  test("without a fault", async () => {
    const before = fetches.length;
    const said = await copy.timonier("rotate");
    expect(said.exitCode, said.all).toBe(0);
    expect(fetches.length - before).toBeGreaterThan(2);
    expect([...new Set(fetches)]).toEqual(["fetched"]);
    expect(await inventory()).toEqual(everything);
  });

  test.each([
    ["the new token is made", async () => journalHas(/"POST".*\/deploy_tokens","route/)],
    ["the Secret has it", async () => secretChanges()],
    ["the old one is being deleted", async () => journalHas(/"DELETE".*\/deploy_tokens\/\d+","route/)],
  ])("killed when %s: the next run ends it, and no fetch ever failed", async (_step, reached) => {
    const waiting = reached();
    changeSetting(copy, "rotateBefore", new Date().toISOString());
    const run = startUp(copy);
    await waiting;
    killTree(run.pid ?? 0);
    await run;
    const said = await copy.timonier("up");
    expect(said.exitCode, said.all).toBe(0);
    expect(await inventory()).toEqual(everything);
    expect([...new Set(fetches)]).toEqual(["fetched"]);
  });

  async function secretChanges(): Promise<void> {
    const { metadata: before } = await readSecret();
    await eventually(
      "the Secret's change",
      async () => (await readSecret()).metadata.resourceVersion !== before.resourceVersion,
    );
  }
});

/** Waits until GitLab's journal has a new line. */
async function journalHas(line: RegExp): Promise<void> {
  const read = () => readFileSync(layoutOf(gitlab.dir).journal, "utf8").split("\n");
  const before = read().length - 1;
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    if (
      read()
        .slice(before)
        .some((one) => line.test(one))
    )
      return;
  }
  throw new Error(`the journal never had ${line}`);
}
