import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../../../../packages/kit/user-error.js";
import { openClone } from "../../../../../packages/rehearsal/engine/git-clone.js";
import { alternatesOf } from "../../../../../packages/rehearsal/engine/missing-objects.js";
import { serveTree } from "../../../../../packages/rehearsal/engine/served-trees.js";
import { commit, git, makeRepository, testFolder } from "./support.js";

function upstream(folder: string) {
  const dir = join(folder, "upstream");
  makeRepository(dir, { "apps/a.yaml": "a: 1\n", "apps/logo.png": "first" });
  git(dir, "config", "uploadpack.allowFilter", "true");
  git(dir, "config", "uploadpack.allowAnySHA1InWant", "true");
  const base = git(dir, "rev-parse", "HEAD");
  return { dir, base, head: commit(dir, { "apps/a.yaml": "a: 2\n", "apps/logo.png": "second" }) };
}

async function serve(folder: string, dir: string, base: string, head: string) {
  const clone = await openClone(dir);
  if (!clone) throw new Error("it is not a clone");
  return await serveTree(folder, "t0", { clone, base, head, as: [] }, undefined);
}

const text = (files: ReadonlyMap<string, string>) => files.get("apps/a.yaml");

test.each(["blob:none", "tree:0"])(
  "GIVEN a clone with --filter=%s WHEN served THEN what it lacks is fetched",
  async (filter) => {
    const folder = testFolder();
    const { dir, base, head } = upstream(folder);
    git(folder, "clone", "-q", "--no-checkout", `--filter=${filter}`, `file://${dir}`, "clone");
    const tree = await serve(folder, join(folder, "clone"), base, head);
    expect([text(tree.base.files), text(tree.head.files)]).toEqual(["a: 1\n", "a: 2\n"]);
    // The source-controller gets all files, not only manifests.
    expect(git(tree.gitDir, "show", `${base}:apps/logo.png`)).toBe("first");
  },
);

test("GIVEN a partial clone without its remote WHEN served THEN the error says what to do, and the tree is not empty", async () => {
  const folder = testFolder();
  const { dir, base, head } = upstream(folder);
  git(folder, "clone", "-q", "--no-checkout", "--filter=blob:none", `file://${dir}`, "clone");
  rmSync(dir, { recursive: true });
  const failing = serve(folder, join(folder, "clone"), base, head);
  await expect(failing).rejects.toThrow(UserError);
  await expect(failing).rejects.toMatchObject({ fix: expect.stringContaining("--refetch") });
});

test("GIVEN a clone of a clone of a partial clone WHEN served THEN objects of all of them are found, or fetched", async () => {
  const folder = testFolder();
  const { dir, base, head } = upstream(folder);
  git(folder, "clone", "-q", "--bare", dir, "one");
  git(folder, "clone", "-q", "--no-checkout", "--shared", "one", "two");
  git(folder, "clone", "-q", "--no-checkout", "--shared", "two", "three");
  writeFileSync(join(folder, "two", ".git", "objects", "info", "alternates"), "../../../one/objects\n# comment\n");
  const tree = await serve(folder, join(folder, "three"), base, head);
  expect([text(tree.base.files), text(tree.head.files)]).toEqual(["a: 1\n", "a: 2\n"]);
  expect(alternatesOf(join(folder, "three", ".git", "objects"))).toEqual([
    join(folder, "two", ".git", "objects"),
    join(folder, "one", "objects"),
  ]);
});

test("GIVEN alternates in a circle WHEN listed THEN each is named once", () => {
  const folder = testFolder();
  for (const [from, to] of [
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    mkdirSync(join(folder, from, "info"), { recursive: true });
    writeFileSync(join(folder, from, "info", "alternates"), `../${to}\n`);
  }
  expect(alternatesOf(join(folder, "a"))).toEqual([join(folder, "b"), join(folder, "a")]);
});

test("GIVEN a clone with a missing file WHEN served THEN it is an error and not a deletion", async () => {
  const folder = testFolder();
  const { dir, base, head } = upstream(folder);
  const blob = git(dir, "rev-parse", `${base}:apps/a.yaml`);
  rmSync(join(dir, ".git", "objects", blob.slice(0, 2), blob.slice(2)));
  await expect(serve(folder, dir, base, head)).rejects.toThrow(/does not have the file apps\/a.yaml/);
});

test("GIVEN a worktree of a shallow clone WHEN served THEN its history ends where the clone's does", async () => {
  const folder = testFolder();
  const { dir } = upstream(folder);
  git(folder, "clone", "-q", "--depth=1", `file://${dir}`, "clone");
  const clone = join(folder, "clone");
  git(clone, "worktree", "add", "-q", "-b", "change", join(folder, "worktree"));
  const base = git(clone, "rev-parse", "HEAD");
  const head = commit(join(folder, "worktree"), { "apps/a.yaml": "a: 3\n" });
  const tree = await serve(folder, join(folder, "worktree"), base, head);
  expect(git(tree.gitDir, "rev-list", "--count", head)).toBe("2");
});

test("GIVEN a repository with SHA-256 ids WHEN served THEN its files are read", async () => {
  const folder = testFolder();
  git(folder, "init", "-q", "-b", "main", "--object-format=sha256", "clone");
  const base = commit(join(folder, "clone"), { "apps/a.yaml": "a: 1\n" });
  const tree = await serve(folder, join(folder, "clone"), base, base);
  expect(text(tree.base.files)).toBe("a: 1\n");
});
