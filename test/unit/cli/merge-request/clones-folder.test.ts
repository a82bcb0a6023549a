import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withClonesFolder } from "../../../../cli/merge-request/clones-folder.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-clones-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const left = () => readdirSync(join(root, "clones"));

test("the folder is gone after the work, also when the work fails", async () => {
  const folder = await withClonesFolder(
    async (at) => {
      writeFileSync(join(at, "a"), "");
      expect(statSync(join(root, "clones")).mode & 0o777).toBe(0o700);
      return at;
    },
    { root },
  );
  expect(existsSync(folder)).toBe(false);
  await expect(withClonesFolder(() => Promise.reject(new Error("no")), { root })).rejects.toThrow("no");
  expect(left()).toEqual([]);
});

test("folders of runs that were killed are deleted by the next run, those of running ones stay", async () => {
  // GIVEN a run whose process has gone, one whose id another process has now, and one that has just begun
  for (const [name, owner] of [
    ["run-gone", { pid: 2 ** 22 + 1, started: "x" }],
    ["run-reused", { pid: process.pid, started: "before" }],
    ["run-begun", undefined],
  ] as const) {
    mkdirSync(join(root, "clones", name), { recursive: true });
    if (owner) writeFileSync(join(root, "clones", name, "owner.json"), JSON.stringify(owner));
  }
  // WHEN
  await withClonesFolder(
    async () => {
      await withClonesFolder(async () => expect(left()).toHaveLength(3), { root });
    },
    { root },
  );
  // THEN
  expect(left()).toEqual(["run-begun"]);
});
