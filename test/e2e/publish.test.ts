import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readSettings } from "../../apps/settings-file.js";
import { connectGitLab, type GitLab } from "../../core/gitlab-client.js";
import { ownedFilesOf, renderOwnedFiles } from "../../delivery/owned-files.js";
import { publish } from "../../delivery/publish.js";
import { synthesize, type Trees } from "../../delivery/tree.js";
import { readToken, removeGitLab, startGitLab } from "../../embedded/gitlab/lifecycle.js";

let parent: string;
let gitlab: GitLab;
/** A new project for each test. */
let project: number;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "timonier-publish-"));
  const dir = join(parent, "gitlab");
  const { url, caFile } = await startGitLab(dir);
  gitlab = connectGitLab({ url, caFile, token: readToken(dir) });
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

test("an empty repository is an error with the fix", async () => {
  const { application } = await synthesized(3);
  await expect(publish(gitlab, { project, tree: application })).rejects.toThrow(/there is no branch main/);
});
