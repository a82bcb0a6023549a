import { expect, test } from "vitest";
import { ownedFilesOf, renderOwnedFiles } from "../../../delivery/owned-files.js";
import { publish } from "../../../delivery/publish.js";
import type { Tree } from "../../../delivery/tree.js";
import { FakeRepository } from "./fake-repository.js";

/** A folder as it is synthesized: files and their list. */
function folder(name: string, files: Record<string, string>): Tree {
  const list = renderOwnedFiles(ownedFilesOf(new Map(Object.entries(files))));
  const all = { ...files, ".timonier-tree.json": list };
  return new Map(Object.entries(all).map(([path, content]) => [`${name}/${path}`, content]));
}

const three = folder("infra", { "deployment.yaml": "replicas: 3\n" });
const two = folder("infra", { "deployment.yaml": "replicas: 2\n" });
const project = 7;

test("no difference, nothing done", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  expect(await publish(repository.client, { project, tree: three })).toEqual({ state: "unchanged", changed: [] });
  expect(repository.writes).toEqual([]);
});

test("a difference is one branch, one commit and one merge request, and main stays as it is", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  const done = await publish(repository.client, { project, tree: two, description: "Fewer pods." });
  expect(done).toEqual({
    state: "opened",
    url: "https://gitlab.test/-/merge_requests/1",
    iid: 1,
    changed: ["infra/.timonier-tree.json", "infra/deployment.yaml"],
  });
  expect(repository.files()).toEqual(Object.fromEntries(three));
  expect(repository.files("timonier/publish")).toEqual(Object.fromEntries(two));
  expect(repository.ahead("timonier/publish")).toBe(1);
  expect(repository.requests[0]?.description).toBe(
    "Fewer pods.\n\n- changed: `infra/.timonier-tree.json`\n- changed: `infra/deployment.yaml`",
  );
});

test("publishing the same again writes nothing and says where the merge request is", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  const writes = repository.writes.length;
  const again = await publish(repository.client, { project, tree: two });
  expect(again).toMatchObject({ state: "unchanged", iid: 1 });
  expect(repository.writes).toHaveLength(writes);
});

test("another change updates the same merge request, still with one commit", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  const one = folder("infra", { "deployment.yaml": "replicas: 1\n", "service.yaml": "port: 80\n" });
  expect(await publish(repository.client, { project, tree: one })).toMatchObject({ state: "updated", iid: 1 });
  expect(repository.requests).toHaveLength(1);
  expect(repository.requests[0]?.description).toContain("- new: `infra/service.yaml`");
  expect(repository.ahead("timonier/publish")).toBe(1);
});

test("when main moves on, the branch is made anew from it", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  repository.change("main", { "README.md": "by hand\n" });
  expect(await publish(repository.client, { project, tree: two })).toMatchObject({ state: "updated", iid: 1 });
  expect(repository.ahead("timonier/publish")).toBe(1);
  expect(repository.files("timonier/publish")).toHaveProperty("README.md");
});

test("a commit of somebody else on the branch is written over", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  repository.change("timonier/publish", { "infra/deployment.yaml": "replicas: 9\n" });
  expect(await publish(repository.client, { project, tree: two })).toMatchObject({ state: "updated" });
  expect(repository.files("timonier/publish")).toEqual(Object.fromEntries(two));
});

test("after the merge there is nothing to do; the next change opens the next merge request", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  repository.merge();
  expect(await publish(repository.client, { project, tree: two })).toEqual({ state: "unchanged", changed: [] });
  expect(await publish(repository.client, { project, tree: three })).toMatchObject({ state: "opened", iid: 2 });
});

test("a merge request that has lost its difference is closed, its branch removed", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  const done = await publish(repository.client, { project, tree: three });
  expect(done).toEqual({ state: "unchanged", changed: [], closed: "https://gitlab.test/-/merge_requests/1" });
  expect(repository.requests[0]?.state).toBe("closed");
  expect([...repository.branches.keys()]).toEqual(["main"]);
});

test("a file that is no longer synthesized is deleted; hand-made ones and other clusters' stay", async () => {
  // GIVEN
  const before = folder("clusters/a", { "one.yaml": "1\n", "two.yaml": "2\n" });
  const others = {
    ...Object.fromEntries(folder("clusters/b", { "one.yaml": "b\n" })),
    "clusters/a/mine.yaml": "mine\n",
    "clusters/a/flux-system/gotk-sync.yaml": "flux\n",
    "README.md": "read\n",
  };
  const repository = new FakeRepository({ ...Object.fromEntries(before), ...others });
  // WHEN
  const after = folder("clusters/a", { "one.yaml": "1\n" });
  await publish(repository.client, { project, tree: after });
  // THEN
  expect(repository.files("timonier/publish")).toEqual({ ...others, ...Object.fromEntries(after) });
});

test("a repository that never saw the tree gets all of it", async () => {
  const repository = new FakeRepository({ "README.md": "read\n" });
  expect(await publish(repository.client, { project, tree: three })).toMatchObject({ state: "opened" });
  expect(repository.files("timonier/publish")).toEqual({ "README.md": "read\n", ...Object.fromEntries(three) });
});

test("a list that cannot be read stops it: nothing is guessed, nothing written", async () => {
  const repository = new FakeRepository({ ...Object.fromEntries(three), "infra/.timonier-tree.json": "{" });
  await expect(publish(repository.client, { project, tree: two })).rejects.toThrow(/list of synthesized files/);
  expect(repository.writes).toEqual([]);
});

test("a missing target branch is an error with the fix", async () => {
  const repository = new FakeRepository({});
  const target = "trunk";
  await expect(publish(repository.client, { project, tree: two, target })).rejects.toThrow(/there is no branch trunk/);
});
