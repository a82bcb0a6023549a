import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Tree } from "../../../../packages/manifests/tree.js";
import { writeTree } from "../../../../packages/manifests/write-tree.js";

let parent: string;
let dir: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "timonier-tree-"));
  dir = join(parent, "setup");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const tree = (files: Record<string, string>): Tree => new Map(Object.entries(files));

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), content);
}

/** Everything in the folder. */
async function files(): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: Record<string, string> = {};
  for (const path of paths.sort()) {
    found[path.slice(dir.length + 1)] = await readFile(path, "utf8");
  }
  return found;
}

test("writes the files, and the second time nothing", async () => {
  const wanted = tree({ "infra/a.yaml": "a\n", "infra/b.yaml": "b\n" });
  expect(await writeTree(dir, wanted)).toEqual({ written: ["infra/a.yaml", "infra/b.yaml"], removed: [], kept: [] });
  const times = async () =>
    Promise.all(
      ["infra/a.yaml", "../setup.written.json"].map(
        async (path) => (await stat(join(dir, path), { bigint: true })).mtimeNs,
      ),
    );
  const before = await times();
  expect(await writeTree(dir, wanted)).toEqual({ written: [], removed: [], kept: [] });
  expect(await times()).toEqual(before);
});

test("deletes what is no longer synthesized, its empty folders too, and nothing else", async () => {
  // GIVEN
  await writeTree(dir, tree({ "infra/a.yaml": "a\n", "old/deep/b.yaml": "b\n", "infra/c.yaml": "c\n" }));
  await put("infra/mine.yaml", "mine\n");
  await put("old/mine.yaml", "mine\n");
  // WHEN
  const done = await writeTree(dir, tree({ "infra/a.yaml": "a2\n" }));
  // THEN
  expect(done).toEqual({ written: ["infra/a.yaml"], removed: ["infra/c.yaml", "old/deep/b.yaml"], kept: [] });
  expect(await files()).toEqual({ "infra/a.yaml": "a2\n", "infra/mine.yaml": "mine\n", "old/mine.yaml": "mine\n" });
  expect(await readdir(join(dir, "old"))).toEqual(["mine.yaml"]);
});

test("keeps a stale file that was changed by hand, and forgets it", async () => {
  await writeTree(dir, tree({ "a.yaml": "a\n" }));
  await put("a.yaml", "changed by hand\n");
  expect(await writeTree(dir, tree({}))).toEqual({ written: [], removed: [], kept: ["a.yaml"] });
  expect(await writeTree(dir, tree({}))).toEqual({ written: [], removed: [], kept: [] });
  expect(await files()).toEqual({ "a.yaml": "changed by hand\n" });
});

test("recognizes its files after a run that was interrupted", async () => {
  // GIVEN a run that wrote its first list and then stopped
  await put("blocker", "a file where the second path needs a folder\n");
  await expect(writeTree(dir, tree({ "a.yaml": "a\n", "blocker/b.yaml": "b\n" }))).rejects.toThrow();
  expect(await files()).toHaveProperty("a.yaml");
  // WHEN
  await writeTree(dir, tree({ "c.yaml": "c\n" }));
  // THEN
  expect(Object.keys(await files())).toEqual(["blocker", "c.yaml"]);
});

test.each(["../a", "/a", "a/../../b", "a//b", "./a", "", "a\\b", ".git/config", ".GIT/hooks/x"])(
  "refuses the path %j and writes nothing",
  async (path) => {
    await expect(writeTree(dir, tree({ "fine.yaml": "", [path]: "x" }))).rejects.toThrow(/cannot be the path/);
    expect(await readdir(parent)).toEqual([]);
  },
);

test("refuses a symbolic link that leads out of the folder", async () => {
  const outside = await mkdtemp(join(tmpdir(), "timonier-outside-"));
  try {
    await mkdir(dir);
    await symlink(outside, join(dir, "infra"));
    await expect(writeTree(dir, tree({ "infra/a.yaml": "a" }))).rejects.toThrow(/symbolic link/);
    expect(await readdir(outside)).toEqual([]);
  } finally {
    await rm(outside, { recursive: true });
  }
});

test("refuses a list that it cannot read, rather than guess what is whose", async () => {
  await put("../setup.written.json", "{");
  await expect(writeTree(dir, tree({ "a.yaml": "a" }))).rejects.toThrow(/list of synthesized files is invalid/);
  await put("../setup.written.json", JSON.stringify({ version: 1, files: { "../../etc/passwd": "x" } }));
  await expect(writeTree(dir, tree({ "a.yaml": "a" }))).rejects.toThrow(/cannot be the path/);
});

test("whatever was synthesized before, the folder holds the last tree and the files of others", async () => {
  const name = fc.constantFrom("a.yaml", "b.yaml", "infra/a.yaml", "infra/b.yaml", "infra/deep/c.yaml");
  const content = fc.string({ maxLength: 5 });
  const trees = fc.array(fc.dictionary(name, content), { minLength: 1, maxLength: 4 });
  const others = fc.dictionary(fc.constantFrom("mine.txt", "infra/mine.yaml", "other/mine.yaml"), content);
  await fc.assert(
    fc.asyncProperty(trees, others, async (sequence, hand) => {
      for (const [path, text] of Object.entries(hand)) await put(path, text);
      for (const wanted of sequence) await writeTree(dir, tree(wanted));
      expect(await files()).toEqual({ ...hand, ...sequence.at(-1) });
      await rm(parent, { recursive: true });
    }),
    { numRuns: 20 },
  );
});
