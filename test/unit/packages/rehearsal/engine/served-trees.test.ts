import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Repository } from "../../../../../packages/rehearsal/engine/compared-revisions.js";
import { openClone } from "../../../../../packages/rehearsal/engine/git-clone.js";
import { type ServedTree, serveTree } from "../../../../../packages/rehearsal/engine/served-trees.js";
import { commit, encryptedSecret, type Files, git, makeRepository, testFolder } from "./support.js";

const claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n";

/** Serves the difference between two commits of a new repository. */
async function serve(base: Files, head: Files): Promise<ServedTree> {
  const folder = testFolder();
  const clone = join(folder, "clone");
  makeRepository(clone, base);
  const first = git(clone, "rev-parse", "HEAD");
  return await serveTree(folder, "t0", await repository(clone, first, commit(clone, head)), undefined);
}

async function repository(dir: string, base: string, head: string | undefined): Promise<Repository> {
  const clone = await openClone(dir);
  if (!clone) throw new Error(`${dir} is not a clone`);
  return { clone, base, head, as: [] };
}

function served({ gitDir }: ServedTree, commit: string, path: string): string {
  return git(gitDir, "show", `${commit}:${path}`);
}

test("GIVEN encrypted files in base and head WHEN served THEN base and head stay two trees", async () => {
  for (let round = 0; round < 3; round++) {
    const tree = await serve(
      { "claim.yaml": claim, "secret.yaml": encryptedSecret("a", "one") },
      { "claim.yaml": undefined },
    );
    expect(git(tree.gitDir, "diff", "--name-status", tree.base.commit, tree.head.commit)).toBe("D\tclaim.yaml");
    expect(tree.base.treeId).not.toBe(tree.head.treeId);
    expect(served(tree, tree.head.commit, "secret.yaml")).not.toContain("ENC[");
  }
});

test("GIVEN 200 encrypted files with odd names WHEN served THEN each is replaced, and nothing temporary is left", async () => {
  const name = (index: number) => `apps/${index}/ä "quoted"\tsecret ${index}.yaml`;
  const files = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [name(i), encryptedSecret(`s${i}`, `v${i}`)]));
  const tree = await serve(files, { [name(7)]: encryptedSecret("s7", "other") });
  expect(git(tree.gitDir, "diff", "-z", "--name-only", tree.base.commit, tree.head.commit)).toBe(`${name(7)}\0`);
  expect(served(tree, tree.head.commit, name(8))).toContain("name: s8");
  expect(tree.head.encrypted).toHaveLength(200);
  const left = readdirSync(tree.gitDir).filter((entry) => /^(index|blobs)/.test(entry));
  expect(left).toEqual([]);
});

test("GIVEN encrypted files of other formats WHEN served THEN they are replaced, too", async () => {
  const variables = (cipher: string) =>
    `PASSWORD=ENC[AES256_GCM,data:${cipher},iv:aa==,tag:bb==,type:str]\nsops_version=3.9.0\n`;
  const tree = await serve(
    { "apps/app.env": variables("one"), "clear.txt": "text" },
    { "apps/app.env": variables("two") },
  );
  expect(tree.head.encrypted).toEqual(["apps/app.env"]);
  expect(served(tree, tree.head.commit, "apps/app.env")).toMatch(/^PASSWORD=encrypted-[0-9a-f]{16}$/);
  expect(git(tree.gitDir, "diff", "--name-only", tree.base.commit, tree.head.commit)).toBe("apps/app.env");
});
