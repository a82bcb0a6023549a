import { readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StatusReport } from "../../cli/status/status-report.js";
import { killAll } from "../support/processes.js";
import { makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// Two clusters, each with a stack of its own, on the same pair of repositories, in a user's own
// namespace. Each test goes on where the one before it stopped.

let gitlab: TestGitLab;
let copy: WorkingCopy;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab()];
  const pilot = await makeUser(gitlab, "pilot");
  process.env.GITLAB_TOKEN = pilot.token;
  for (const stack of ["west", "east"]) configureRemote(copy, gitlab, {}, stack);
});
afterAll(async () => {
  delete process.env.GITLAB_TOKEN;
  await copy?.remove();
  await gitlab?.remove();
});

const at = (repository: string) => `/projects/${encodeURIComponent(`pilot/fluxcd-gitops-${repository}`)}`;
const problemsOf = async (stack: string): Promise<readonly string[]> =>
  (JSON.parse((await copy.timonier("status", "--json", "-s", stack)).stdout) as StatusReport).problems;

interface DeployToken {
  readonly id: number;
  readonly name: string;
  readonly expires_at: string;
}

async function deployTokensOf(cluster: string): Promise<DeployToken[]> {
  const lists = await Promise.all(["setup", "application"].map((one) => gitlab.api("GET", `${at(one)}/deploy_tokens`)));
  return lists.flatMap(({ body }) => body as DeployToken[]).filter(({ name }) => name.startsWith(`${cluster}-`));
}

/** Number and name of each token of a cluster. */
const tokensOf = async (cluster: string) => (await deployTokensOf(cluster)).map(({ id, name }) => `${id} ${name}`);
const expiriesOf = async (cluster: string) => (await deployTokensOf(cluster)).map((one) => one.expires_at);

test("the first cluster's stack makes the repositories", async () => {
  const said = await copy.timonier("up", "-s", "west");
  expect(said.exitCode, said.all).toBe(0);
  expect(await tokensOf("west")).toHaveLength(2);
});

test("the second one's shares them: own tokens, and its folder proposed beside the first one's", async () => {
  const before = await tokensOf("west");
  // Created with the official plugin, which PATH has for this run alone: our own one goes on below.
  const env = { PATH: `${join(copy.folder, "test/e2e/support/official")}${delimiter}${process.env.PATH}` };
  const said = await copy.run(process.execPath, ["cli/timonier.mjs", "up", "-s", "east"], {
    ...env,
    OFFICIAL_STARTS: join(copy.temporary, "starts"),
  });
  expect(said.exitCode, said.all).toBe(0);
  expect(readFileSync(join(copy.temporary, "starts"), "utf8")).toContain("started");
  expect(said.all).toMatch(/wait to be merged: \S+pilot\/fluxcd-gitops-setup\/-\/merge_requests\/1/);
  expect(await tokensOf("east")).toHaveLength(2);
  expect(await tokensOf("west")).toEqual(before);
  const { body: changes } = await gitlab.api("GET", `${at("setup")}/merge_requests/1/diffs`);
  expect(changes.map(({ new_path }: { new_path: string }) => new_path.split("/").slice(0, 2).join("/"))).toEqual(
    Array(changes.length).fill("clusters/east"),
  );
});

test("once that is merged both follow the same applications", async () => {
  expect((await gitlab.api("PUT", `${at("setup")}/merge_requests/1/merge`)).status).toBe(200);
  const said = await copy.timonier("up", "-s", "east");
  expect(said.all).toContain("everything is Ready");
  expect(await problemsOf("east")).toEqual([]);
  // Nobody tells the first one: `up` asks it to look, and changes nothing.
  expect((await copy.timonier("up", "-s", "west")).all).toMatch(/Resources:\s+\d+ unchanged/);
  expect(await problemsOf("west")).toEqual([]);
});

test("a rotation of one touches nothing of the other's", async () => {
  const before = { west: await tokensOf("west"), east: await tokensOf("east") };
  const said = await copy.timonier("rotate", "-s", "east");
  expect(said.exitCode, said.all).toBe(0);
  expect(await tokensOf("west")).toEqual(before.west);
  const after = await tokensOf("east");
  expect(after).toHaveLength(2);
  expect(after.filter((one) => before.east.includes(one))).toEqual([]);
  expect(await problemsOf("west")).toEqual([]);
});

test("both `up` at once, each with its own settings: neither notices the other", async () => {
  const before = { west: await tokensOf("west"), east: await tokensOf("east") };
  // Staging and production, say: their tokens live for other times, and both have new ones to make at the same time.
  configureRemote(copy, gitlab, { tokenDays: "60" }, "west");
  configureRemote(copy, gitlab, { tokenDays: "30", timeoutMinutes: "4" }, "east");
  const both = await Promise.all(["west", "east"].map((stack) => copy.timonier("up", "-s", stack)));
  for (const said of both) {
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toContain("everything is Ready");
  }
  for (const [cluster, days] of [
    ["west", 60],
    ["east", 30],
  ] as const) {
    const tokens = await tokensOf(cluster);
    expect(tokens).toHaveLength(2);
    expect(tokens.filter((one) => before[cluster].includes(one))).toEqual([]);
    const left = (await expiriesOf(cluster)).map((end) => Math.round((Date.parse(end) - Date.now()) / 86_400_000));
    for (const one of left) expect([days - 1, days]).toContain(one);
    expect(await problemsOf(cluster)).toEqual([]);
  }
  // Nothing of one has come into the other's folder.
  const { body: tree } = await gitlab.api("GET", `${at("setup")}/repository/tree?recursive=true&per_page=100`);
  const folders = tree.map(({ path }: { path: string }) => path.split("/").slice(0, 2).join("/"));
  expect(new Set(folders.filter((path: string) => path.includes("/")))).toEqual(
    new Set(["clusters/west", "clusters/east"]),
  );
  // That of the first one is shown below, once the second one has gone.
  expect((await copy.timonier("up", "-s", "east")).all).toMatch(/Resources:\s+\d+ unchanged/);
});

test("the second one goes: the repositories, their protection and the first one stay", async () => {
  const before = await tokensOf("west");
  const said = await copy.timonier("down", "-s", "east");
  expect(said.exitCode, said.all).toBe(0);
  expect(await tokensOf("east")).toEqual([]);
  expect(await tokensOf("west")).toEqual(before);
  expect(await problemsOf("west")).toEqual([]);
  const again = await copy.timonier("up", "-s", "west");
  expect(again.all).toMatch(/Resources:\s+\d+ unchanged/);
});

/** All that this machine knew: the cluster is gone, too. */
async function loseState(): Promise<void> {
  await killAll(() => copy.processes());
  for (const folder of ["stacks", "pulumi"]) rmSync(join(copy.state, folder), { recursive: true });
  configureRemote(copy, gitlab, {}, "west");
}

test("a stack whose state was lost takes up its repositories, and leaves no token of before", async () => {
  const before = await tokensOf("west");
  const { body: project } = await gitlab.api("GET", at("setup"));
  await loseState();
  const said = await copy.timonier("up", "-s", "west");
  expect(said.exitCode, said.all).toBe(0);
  expect(said.all).toContain("missing in its state");
  expect((await gitlab.api("GET", at("setup"))).body.id).toBe(project.id);
  const after = await tokensOf("west");
  expect(after).toHaveLength(2);
  expect(after.filter((one) => before.includes(one))).toEqual([]);
  expect((await copy.timonier("up", "-s", "west")).all).toMatch(/Resources:\s+\d+ unchanged|~ 2 updated/);
});

test("plain `pulumi up` takes them up too, with the variables of their pipelines", async () => {
  const { body: project } = await gitlab.api("GET", at("setup"));
  const keys = async () =>
    (await gitlab.api("GET", `${at("setup")}/variables`)).body.map(({ key }: { key: string }) => key).sort();
  const before = await keys();
  expect(before).toContain("TIMONIER_CA_FILE");
  await loseState();
  const said = await copy.run("bash", [
    "-c",
    'eval "$(node cli/timonier.mjs env -s west)"; pulumi up -s west --yes --skip-preview --non-interactive',
  ]);
  expect(said.exitCode, said.all).toBe(0);
  expect((await gitlab.api("GET", at("setup"))).body.id).toBe(project.id);
  expect(await keys()).toEqual(before);
});
