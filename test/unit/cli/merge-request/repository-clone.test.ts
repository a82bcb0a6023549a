import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneRepository, commitTree } from "../../../../cli/merge-request/repository-clone.js";
import { ownedFilesName, ownedFilesOf, renderOwnedFiles } from "../../../../packages/manifests/owned-files.js";

const root = mkdtempSync(join(tmpdir(), "timonier-clone-"));
const [source, folder] = [join(root, "source"), join(root, "clone")];
const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd, encoding: "utf8" });
const credential = { user: "oauth2", token: "none is asked of a folder" };
const list = (files: Record<string, string>) => renderOwnedFiles(ownedFilesOf(new Map(Object.entries(files))));
const put = (path: string, text: string) => {
  mkdirSync(dirname(join(source, path)), { recursive: true });
  writeFileSync(join(source, path), text);
};

beforeAll(() => {
  mkdirSync(source);
  git(source, "init", "--quiet", "--initial-branch", "main");
  put("infra/old.yaml", "old");
  put("infra/same.yaml", "same");
  put("infra/by-hand.yaml", "by hand");
  put(`infra/${ownedFilesName}`, list({ "old.yaml": "old", "same.yaml": "same" }));
  git(source, "add", "--all");
  git(source, "commit", "--quiet", "-m", "first");
});
afterAll(() => rmSync(root, { recursive: true }));

const clone = () => cloneRepository({ address: `file://${source}`, branch: "main", folder, credential });

test("WHEN a tree is committed THEN what it no longer has goes, what people made stays, and main is as it was", async () => {
  await clone();
  const tree = new Map([
    ["infra/same.yaml", "same"],
    ["infra/new.yaml", "new"],
    [`infra/${ownedFilesName}`, list({ "same.yaml": "same", "new.yaml": "new" })],
  ]);
  expect(await commitTree(folder, tree, "what apps/ says")).toBe(true);
  expect(git(folder, "diff", "--name-status", "origin/main", "HEAD").trim().split("\n")).toEqual([
    `M\tinfra/${ownedFilesName}`,
    "A\tinfra/new.yaml",
    "D\tinfra/old.yaml",
  ]);
  expect(readFileSync(join(folder, "infra/by-hand.yaml"), "utf8")).toBe("by hand");
});

test("GIVEN a tree that is there already THEN nothing is committed", async () => {
  await clone();
  const tree = new Map([
    ["infra/old.yaml", "old"],
    ["infra/same.yaml", "same"],
    [`infra/${ownedFilesName}`, list({ "old.yaml": "old", "same.yaml": "same" })],
  ]);
  expect(await commitTree(folder, tree, "nothing")).toBe(false);
});

test("GIVEN a path that leads out of the clone THEN it is refused", async () => {
  await clone();
  await expect(commitTree(folder, new Map([["../out.yaml", "x"]]), "no")).rejects.toThrow(/cannot be the path/);
  expect(existsSync(join(root, "out.yaml"))).toBe(false);
});

test("GIVEN no repository THEN git's words are told, and the token is not", async () => {
  const missing = cloneRepository({ address: `file://${root}/none`, branch: "main", folder, credential });
  await expect(missing).rejects.toThrow(
    /cannot be cloned: [\s\S]*does not appear to be a git repository[\s\S]*TIMONIER_READ_TOKEN/,
  );
  await expect(missing).rejects.not.toThrow(new RegExp(credential.token));
});
