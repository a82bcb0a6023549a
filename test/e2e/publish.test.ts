import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readSettings } from "../../apps/settings-file.js";
import { synthesize } from "../../infra/delivery/synthesize.js";
import { connectGitLab, type GitLab } from "../../packages/kit/gitlab-client.js";
import { ownedFilesOf, renderOwnedFiles } from "../../packages/manifests/owned-files.js";
import { publish } from "../../packages/manifests/publish.js";
import type { Trees } from "../../packages/manifests/tree.js";
import { readToken, removeGitLab, startGitLab } from "../../simulators/gitlab/lifecycle.js";

let parent: string;
let gitlab: GitLab;
let address: { readonly url: string; readonly caFile?: string };
/** A new project for each test. */
let project: number;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "timonier-publish-"));
  const dir = join(parent, "gitlab");
  const { url, caFile } = await startGitLab(dir);
  address = { url, caFile };
  gitlab = connectGitLab({ ...address, token: readToken(dir) });
});
afterAll(async () => {
  await removeGitLab(join(parent, "gitlab"));
  await rm(parent, { recursive: true, force: true });
});

/** What is synthesized with a number of replicas, for one cluster. */
async function synthesized(replicas: number, cluster = "embedded"): Promise<Trees> {
  const settings = await readSettings();
  const nginx = { ...settings.nginx, replicas };
  return synthesize({ cluster, application: settings.application, settings: { ...settings, nginx } });
}

/** A commit on main, as seeding and people make them. */
async function commit(files: ReadonlyMap<string, string>): Promise<void> {
  const actions = [...files].map(([filePath, content]) => ({ action: "create" as const, filePath, content }));
  await gitlab.Commits.create(project, "main", "by hand", actions);
}

async function read(path: string, ref = "main"): Promise<string> {
  const { content } = await gitlab.RepositoryFiles.show(project, path, ref);
  return Buffer.from(content, "base64").toString();
}

/** The paths of a branch. */
async function paths(ref = "main"): Promise<string[]> {
  const entries = await gitlab.Repositories.allRepositoryTrees(project, { ref, recursive: true, perPage: 100 });
  return entries.filter(({ type }) => type === "blob").map(({ path }) => path);
}

async function merge(iid: number | undefined): Promise<void> {
  await gitlab.MergeRequests.merge(project, iid ?? 0, { shouldRemoveSourceBranch: true });
}

beforeEach(async () => {
  const made = await gitlab.Projects.create({ name: `application-${Date.now()}` });
  project = made.id;
});

test("3 becomes 2 by one merge request, however often it is published", async () => {
  // GIVEN a seeded repository
  const three = (await synthesized(3)).application;
  const two = (await synthesized(2)).application;
  await commit(three);
  await commit(new Map([["infra/mine.yaml", "# by hand\n"]]));
  expect(await publish(gitlab, { project, tree: three })).toEqual({ state: "unchanged", changed: [] });
  // WHEN the change is published twice
  const opened = await publish(gitlab, { project, tree: two });
  const again = await publish(gitlab, { project, tree: two });
  // THEN there is one merge request with one commit, and main is as it was
  const changed = ["infra/.timonier-tree.json", "infra/deployment.yaml"];
  expect(opened).toMatchObject({ state: "opened", changed });
  expect(again).toEqual({ ...opened, state: "unchanged" });
  expect(await gitlab.MergeRequests.allCommits(project, opened.iid ?? 0)).toHaveLength(1);
  expect(await read("infra/deployment.yaml")).toContain("replicas: 3");
  // WHEN it is merged
  await merge(opened.iid);
  // THEN main has it, the branch is gone, the file made by hand is there, and there is nothing more to publish
  expect(await read("infra/deployment.yaml")).toContain("replicas: 2");
  expect(await read("infra/mine.yaml")).toBe("# by hand\n");
  expect((await gitlab.Branches.all(project)).map(({ name }) => name)).toEqual(["main"]);
  expect(await publish(gitlab, { project, tree: two })).toEqual({ state: "unchanged", changed: [] });
});

test("the merge request follows both the settings and main, and is closed when nothing is left of it", async () => {
  // GIVEN an open merge request
  const [one, two, three] = await Promise.all([1, 2, 3].map(async (n) => (await synthesized(n)).application));
  if (!one || !two || !three) throw new Error("three trees");
  await commit(three);
  const opened = await publish(gitlab, { project, tree: two });
  // WHEN the settings change again
  expect(await publish(gitlab, { project, tree: one })).toMatchObject({ state: "updated", iid: opened.iid });
  expect(await read("infra/deployment.yaml", "timonier/publish")).toContain("replicas: 1");
  // WHEN main moves on
  await commit(new Map([["README.md", "read\n"]]));
  expect(await publish(gitlab, { project, tree: one })).toMatchObject({ state: "updated", iid: opened.iid });
  expect(await paths("timonier/publish")).toContain("README.md");
  expect(await gitlab.MergeRequests.allCommits(project, opened.iid ?? 0)).toHaveLength(1);
  // WHEN the change is taken back
  const back = await publish(gitlab, { project, tree: three });
  // THEN
  expect(back).toEqual({ state: "unchanged", changed: [], closed: opened.url });
  expect(await gitlab.MergeRequests.show(project, opened.iid ?? 0)).toMatchObject({ state: "closed" });
  expect((await gitlab.Branches.all(project)).map(({ name }) => name)).toEqual(["main"]);
});

test("a second cluster's files are added beside the first's, and nothing of Flux is touched", async () => {
  const one = (await synthesized(3, "one")).setup;
  const two = (await synthesized(3, "two")).setup;
  await commit(new Map([...one, ["clusters/one/flux-system/gotk-sync.yaml", "flux\n"]]));
  const before = await paths();
  const { iid } = await publish(gitlab, { project, tree: two });
  await merge(iid);
  expect(await paths()).toEqual([...before, ...two.keys()].sort());
  expect(await publish(gitlab, { project, tree: one })).toEqual({ state: "unchanged", changed: [] });
});

test("a file that is no longer synthesized is deleted by the merge request", async () => {
  const { setup } = await synthesized(3);
  await commit(new Map([["clusters/embedded/old.yaml", "old\n"]]));
  const list = "clusters/embedded/.timonier-tree.json";
  await commit(new Map([[list, JSON.stringify({ version: 1, files: { "old.yaml": "" } })]]));
  const { changed, iid } = await publish(gitlab, { project, tree: setup });
  expect(changed).toContain("clusters/embedded/old.yaml");
  await merge(iid);
  expect(await paths()).toEqual([...setup.keys()].sort());
});

test("a folder of more files than GitLab lists on one page is compared as a whole", async () => {
  const files = new Map(
    Array.from({ length: 250 }, (_, index) => [`${String(index).padStart(3, "0")}.yaml`, `${index}\n`]),
  );
  const list = renderOwnedFiles(ownedFilesOf(files));
  const tree = new Map(
    [...files, [".timonier-tree.json", list]].map(([name, content]) => [`infra/${name}`, `${content}`]),
  );
  await commit(tree);
  expect(await publish(gitlab, { project, tree })).toEqual({ state: "unchanged", changed: [] });
});

test("publishing at the same time ends in one branch, one merge request and the same content", async () => {
  // GIVEN a seeded repository
  const [two, three] = [(await synthesized(2)).application, (await synthesized(3)).application];
  await commit(three);
  // WHEN four publish at once
  const all = await Promise.all(Array.from({ length: 4 }, () => publish(gitlab, { project, tree: two })));
  // THEN
  const open = await gitlab.MergeRequests.all({ projectId: project, state: "opened" });
  expect(open).toHaveLength(1);
  expect(new Set(all.map(({ iid }) => iid))).toEqual(new Set([open[0]?.iid]));
  expect((await gitlab.Branches.all(project)).map(({ name }) => name).sort()).toEqual(["main", "timonier/publish"]);
  expect(await gitlab.MergeRequests.allCommits(project, open[0]?.iid ?? 0)).toHaveLength(1);
  expect(await read("infra/deployment.yaml", "timonier/publish")).toContain("replicas: 2");
  expect(await publish(gitlab, { project, tree: two })).toMatchObject({ state: "unchanged", iid: open[0]?.iid });
});

test("a project's token that may not push to main is enough, for opening, updating and closing", async () => {
  // GIVEN a protected main, and a token of role Developer
  const [one, two, three] = await Promise.all([1, 2, 3].map(async (n) => (await synthesized(n)).application));
  if (!one || !two || !three) throw new Error("three trees");
  await commit(three);
  const protectedBranches = await gitlab.ProtectedBranches.all(project);
  if (protectedBranches.length === 0) await gitlab.ProtectedBranches.create(project, "main");
  const expiresAt = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const token = await gitlab.ProjectAccessTokens.create(project, "publisher", ["api"], expiresAt, { accessLevel: 30 });
  const developer = connectGitLab({ ...address, token: token.token });
  const change = [{ action: "create" as const, filePath: "README.md", content: "pushed\n" }];
  await expect(developer.Commits.create(project, "main", "push", change)).rejects.toThrow(/not allowed to push/);
  // WHEN, THEN
  const opened = await publish(developer, { project, tree: two });
  expect(opened).toMatchObject({ state: "opened" });
  expect(await publish(developer, { project, tree: one })).toMatchObject({ state: "updated", iid: opened.iid });
  expect(await publish(developer, { project, tree: three })).toMatchObject({ closed: opened.url });
  expect((await gitlab.Branches.all(project)).map(({ name }) => name)).toEqual(["main"]);
});

test("what somebody pushed to the branch is written over, and the merge request names it", async () => {
  const [two, three] = [(await synthesized(2)).application, (await synthesized(3)).application];
  await commit(three);
  const { iid = 0 } = await publish(gitlab, { project, tree: two });
  const change = [{ action: "create" as const, filePath: "infra/mine.yaml", content: "# mine\n" }];
  const pushed = await gitlab.Commits.create(project, "timonier/publish", "mine", change);
  const done = await publish(gitlab, { project, tree: two });
  expect(done.replaced).toEqual([`${pushed.id} mine`]);
  expect(await paths("timonier/publish")).not.toContain("infra/mine.yaml");
  expect((await gitlab.MergeRequests.show(project, iid)).description).toContain(`- ${pushed.id} mine`);
});

test("an empty repository is an error with the fix", async () => {
  const { application } = await synthesized(3);
  await expect(publish(gitlab, { project, tree: application })).rejects.toThrow(/there is no branch main/);
});
