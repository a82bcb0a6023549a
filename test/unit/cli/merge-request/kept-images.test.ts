import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { settingsFile } from "../../../../apps/settings-file.js";
import {
  type ExistingFiles,
  filesOfBranch,
  filesOfFolder,
  hasOtherImages,
  keepImages,
} from "../../../../cli/merge-request/kept-images.js";
import { synthesisFor } from "../../../../cli/merge-request/synthesis.js";
import { GitLabError } from "../../../../packages/kit/gitlab-error.js";

const names = {
  cluster: "embedded",
  branch: "main",
  applicationUrl: "https://gitlab.com/a/b.git",
  environment: undefined,
  imageAutomation: true,
};
const committed = await readFile(settingsFile, "utf8");
const environments = "environments: []\n";
const fixed = synthesisFor(names, { settings: committed, environments });
const settings = committed.replace(
  "nginx:1.14.2",
  '{ repository: nginx, policy: ">=1.14.0 <1.15.0", initial: 1.14.2 }',
);
const first = synthesisFor(names, { settings, environments });
const path = "infra/deployment.yaml";
const merged = (first.trees.application.get(path) ?? "").replace("nginx:1.14.2", "nginx:1.14.9");

/** Files in memory, and which of them were read. */
function existing(files: Readonly<Record<string, string>>): ExistingFiles & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    read: async (file) => {
      asked.push(file);
      return files[file];
    },
    list: async () => Object.keys(files),
  };
}

test("the merged tag is kept, and only the marked file is read", async () => {
  const files = existing({ [path]: merged, "infra/other.yaml": "" });
  const kept = await keepImages(first, files);
  expect(kept.trees.application.get(path)).toBe(merged);
  expect(kept.trees.setup).toEqual(first.trees.setup);
  expect(files.asked).toEqual([path]);
});

test("without images that automation owns, nothing is read", async () => {
  const files = existing({ [path]: merged });
  expect(await keepImages(fixed, files)).toBe(fixed);
  expect(files.asked).toEqual([]);
});

test("the tag is kept when its file gets another name", async () => {
  const kept = await keepImages(first, existing({ "infra/web.yaml": merged, "infra/.timonier-tree.json": "{}" }));
  expect(kept.trees.application.get(path)).toBe(merged);
});

test("an application that Git does not have begins with its initial tag", async () => {
  const kept = await keepImages(first, existing({}));
  expect(kept).toBe(first);
  expect(kept.trees.application.get(path)).toContain("image: nginx:1.14.2 #");
});

test("a merge of automation during a publish is noticed", async () => {
  const kept = await keepImages(first, existing({ [path]: merged }));
  expect(await hasOtherImages(kept, existing({ [path]: merged }))).toBe(false);
  expect(await hasOtherImages(kept, existing({ [path]: merged.replace("1.14.9", "1.14.10") }))).toBe(true);
  expect(await hasOtherImages(fixed, existing({ [path]: merged }))).toBe(false);
});

test("the files of a folder and of a branch are read alike", async () => {
  const root = await mkdtemp(join(tmpdir(), "timonier-images-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), merged);
  const folders = ["infra", "applications"];
  const folder = filesOfFolder(root, folders);
  const refusal = { status: 404, words: "404 Not Found", uncertain: false };
  const gone = () => Promise.reject(new GitLabError(refusal, "not found", "a/b", "-"));
  const client = {
    RepositoryFiles: {
      show: (_project: string, file: string) =>
        file === path ? Promise.resolve({ content: Buffer.from(merged).toString("base64") }) : gone(),
    },
    Repositories: {
      allRepositoryTrees: (_project: string, query: { path: string }) =>
        query.path === "infra"
          ? Promise.resolve([
              { type: "blob", path },
              { type: "tree", path: "infra/x" },
            ])
          : gone(),
    },
  };
  const branch = filesOfBranch(client as unknown as Parameters<typeof filesOfBranch>[0], "a/b", {
    branch: "main",
    folders,
  });
  for (const files of [folder, branch]) {
    expect(await files.read(path)).toBe(merged);
    expect(await files.read("applications/none.yaml")).toBeUndefined();
    expect(await files.list()).toEqual([path]);
  }
});
