import { expect, test } from "vitest";
import { ownedFilesOf, renderOwnedFiles } from "../../../../packages/manifests/owned-files.js";
import { publish } from "../../../../packages/manifests/publish.js";
import type { Tree } from "../../../../packages/manifests/tree.js";
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
    "Fewer pods.\n\n- changed: `infra/.timonier-tree.json`\n- changed: `infra/deployment.yaml`\n\n" +
      "The next publish recreates this branch and overwrites commits that are pushed to it: change apps/ instead.",
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

test("when main moves on, the branch is recreated from it", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  repository.change("main", { "README.md": "by hand\n" });
  expect(await publish(repository.client, { project, tree: two })).toMatchObject({ state: "updated", iid: 1 });
  expect(repository.ahead("timonier/publish")).toBe(1);
  expect(repository.files("timonier/publish")).toHaveProperty("README.md");
});

test("a commit of another author on the branch is overwritten, and named for as long as the branch lives", async () => {
  // GIVEN
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  repository.change("timonier/publish", { "infra/deployment.yaml": "replicas: 9\n" });
  const theirs = `${repository.branches.get("timonier/publish")} By hand 2`;
  // WHEN
  const done = await publish(repository.client, { project, tree: two });
  // THEN
  expect(done).toMatchObject({ state: "updated", replaced: [theirs] });
  expect(repository.files("timonier/publish")).toEqual(Object.fromEntries(two));
  expect(repository.requests[0]?.description).toContain(`- ${theirs}`);
  // WHEN another tree is published
  const next = await publish(repository.client, { project, tree: folder("infra", { "deployment.yaml": "x: 1\n" }) });
  // THEN
  expect(next).not.toHaveProperty("replaced");
  expect(repository.requests[0]?.description).toContain(`- ${theirs}`);
});

test("a commit of ours that somebody amended is theirs", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  repository.amend("timonier/publish", { "infra/deployment.yaml": "replicas: 9\n" });
  const done = await publish(repository.client, { project, tree: two });
  expect(done.replaced).toEqual([expect.stringContaining("Publish synthesized manifests")]);
});

test("what others pushed stays when nothing differs any more, and it is said", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  repository.change("timonier/publish", { "infra/mine.yaml": "mine\n" });
  const done = await publish(repository.client, { project, tree: three });
  expect(done).toMatchObject({ closed: "https://gitlab.test/-/merge_requests/1", kept: "timonier/publish" });
  expect(repository.files("timonier/publish")).toHaveProperty(["infra/mine.yaml"]);
});

test.each(["commit timonier/publish", "open timonier/publish"])(
  "killed before '%s', the next one goes on",
  async (step) => {
    const repository = new FakeRepository(Object.fromEntries(three));
    repository.before = async (what) => {
      if (what === step) throw new Error("killed");
    };
    await expect(publish(repository.client, { project, tree: two })).rejects.toThrow("killed");
    repository.before = undefined;
    expect(await publish(repository.client, { project, tree: two })).toMatchObject({ state: "opened", iid: 1 });
    expect(repository.ahead("timonier/publish")).toBe(1);
  },
);

test("killed between closing and removing the branch, the next one removes it", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  await publish(repository.client, { project, tree: two });
  await repository.client.MergeRequests.edit(project, 1, { stateEvent: "close" });
  expect(await publish(repository.client, { project, tree: three })).toEqual({ state: "unchanged", changed: [] });
  expect([...repository.branches.keys()]).toEqual(["main"]);
});

test("another publish of the same in the middle of this one: one merge request", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  let inside = false;
  repository.before = async (what) => {
    if (what !== "open timonier/publish" || inside) return;
    inside = true;
    await publish(repository.client, { project, tree: two });
  };
  expect(await publish(repository.client, { project, tree: two })).toMatchObject({ iid: 1 });
  expect(repository.requests).toHaveLength(1);
});

test("main moves in the middle: the branch is recreated on its new head", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  let moved = false;
  repository.before = async () => {
    if (!moved) repository.change("main", { "README.md": "by hand\n" });
    moved = true;
  };
  expect(await publish(repository.client, { project, tree: two })).toMatchObject({ state: "opened" });
  expect(repository.ahead("timonier/publish")).toBe(1);
  expect(repository.files("timonier/publish")).toHaveProperty(["README.md"]);
});

test("a quicker publish of something else stands, and this one says so", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  const one = folder("infra", { "deployment.yaml": "replicas: 1\n" });
  let inside = false;
  repository.before = async (what) => {
    if (what !== "open timonier/publish" || inside) return;
    inside = true;
    await publish(repository.client, { project, tree: one });
  };
  expect(await publish(repository.client, { project, tree: two })).toMatchObject({ state: "superseded", iid: 1 });
  expect(repository.files("timonier/publish")).toEqual(Object.fromEntries(one));
});

const cause = { apiVersion: "apps/v1", kind: "Deployment", line: 8, of: "value", repository: "application" } as const;

test("the commit names where the changed objects come from, and the merge request the apps", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  const path = "infra/deployment.yaml";
  const provenance = async () => [
    { ...cause, name: "nginx", file: "apps/nginx.ts", app: "nginx", changed: true, path },
    { ...cause, name: "other", namespace: "web", file: "apps/other.ts", app: "other", changed: false, path },
    { ...cause, name: "more", namespace: "web", file: "apps/settings.yaml", app: "nginx", changed: true, path },
  ];
  await publish(repository.client, { project, tree: two, provenance });
  expect(repository.message("timonier/publish")?.match(/^Timonier-(Cause|App).*$/gm)).toEqual([
    "Timonier-App: nginx",
    "Timonier-Cause: apps/v1 Deployment -/nginx apps/nginx.ts:8",
    "Timonier-Cause: apps/v1 Deployment web/more apps/settings.yaml:8",
  ]);
  expect(repository.requests[0]?.description).toContain("Changed apps: nginx\n");
});

test("of many provenance lines 200 are in the message, and the number of the others", async () => {
  const repository = new FakeRepository(Object.fromEntries(three));
  const all = Array.from({ length: 250 }, (_, index) => ({
    ...{ ...cause, name: `app-${index}`, file: "apps/a.ts", app: "a", changed: true, path: "infra/deployment.yaml" },
  }));
  await publish(repository.client, { project, tree: two, provenance: async () => all });
  expect(repository.message("timonier/publish")?.match(/^Timonier-Cause: /gm)).toHaveLength(200);
  expect(repository.message("timonier/publish")).toContain("Timonier-Causes-Left-Out: 50");
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

test("the last file of a folder that belongs to synthesis is deleted with its list", async () => {
  // GIVEN two folders, as with the last application below applications/
  const kept = folder("infra", { "nginx.yaml": "nginx\n" });
  const gone = folder("applications", { "shop/web.yaml": "web\n" });
  const repository = new FakeRepository({
    ...Object.fromEntries([...kept, ...gone]),
    "applications/mine.yaml": "mine\n",
  });
  // WHEN
  await publish(repository.client, { project, tree: kept, folders: ["infra", "applications"] });
  // THEN
  expect(repository.files("timonier/publish")).toEqual({
    ...Object.fromEntries(kept),
    "applications/mine.yaml": "mine\n",
  });
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
