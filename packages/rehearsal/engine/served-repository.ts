import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gitEnvironment } from "@timonier/kit/git";
import { UserError } from "@timonier/kit/user-error";
import { uniqueSuffix } from "@timonier/toolchain/cache";
import { execa } from "execa";
import { compatible } from "../model/follows.js";
import { type Clone, gitIn } from "./git-clone.js";
import { alternatesOf, shallowFileOf } from "./missing-objects.js";

/** Author of the commits that no clone has. */
const person = {
  GIT_AUTHOR_NAME: "timonier rehearse",
  GIT_AUTHOR_EMAIL: "rehearse@timonier.invalid",
  GIT_AUTHOR_DATE: "1970-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "timonier rehearse",
  GIT_COMMITTER_EMAIL: "rehearse@timonier.invalid",
  GIT_COMMITTER_DATE: "1970-01-01T00:00:00Z",
};

/** Creates a bare repository that borrows its objects from a clone, without writing to the clone. */
export async function createServedRepository(gitDir: string, clone: Clone | undefined): Promise<void> {
  await rm(gitDir, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(gitDir, { recursive: true, mode: 0o700 });
  const format = clone ? (await gitIn(clone.gitDir, ["rev-parse", "--show-object-format"])).toString().trim() : "sha1";
  const init = ["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, gitDir];
  await execa("git", init, { env: gitEnvironment(), extendEnv: false });
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  if (!clone) return;
  // All of them, with absolute paths: Git follows nested alternates to a limited depth only.
  const borrowed = [clone.objects, ...alternatesOf(clone.objects)].map((folder) => `${quoted(folder)}\n`);
  await writeFile(join(gitDir, "objects", "info", "alternates"), borrowed.join(""));
  const shallow = shallowFileOf(clone);
  if (existsSync(shallow)) await copyFile(shallow, join(gitDir, "shallow"));
}

function quoted(path: string): string {
  return /^["#]|[\n]/.test(path) ? JSON.stringify(path) : path;
}

/** Sets branches and tags to commits, and deletes all others. */
export async function setRefs(gitDir: string, refs: ReadonlyMap<string, string>): Promise<void> {
  const kept = compatible(refs);
  const there = (await gitIn(gitDir, ["for-each-ref", "--format=%(refname)"])).toString().split("\n");
  const gone = there.filter((ref) => ref !== "" && !kept.has(ref));
  await updateRefs(gitDir, gone.map((ref) => `delete ${ref}\n`).join(""));
  await updateRefs(gitDir, [...kept].map(([ref, commit]) => `update ${ref} ${commit}\n`).join(""));
  // A source that follows a commit without a branch is read from HEAD.
  const branch = [...kept.keys()].find((ref) => ref.startsWith("refs/heads/"));
  if (branch !== undefined) await gitIn(gitDir, ["symbolic-ref", "HEAD", branch]);
}

/** Deletes all branches and tags. */
export async function withdrawRefs(gitDir: string): Promise<void> {
  await updateRefs(gitDir, (await gitIn(gitDir, ["for-each-ref", "--format=delete %(refname)"])).toString());
}

async function updateRefs(gitDir: string, commands: string): Promise<void> {
  if (commands !== "") await gitIn(gitDir, ["update-ref", "--stdin"], commands);
}

/** Commits a folder. @throws UserError when it cannot be read */
export async function commitFolder(gitDir: string, folder: string): Promise<string> {
  try {
    return await withIndex(gitDir, async (git) => {
      await git(["--work-tree", folder, "add", "--all", "--force", "."], folder);
      return await commitIndex(git);
    });
  } catch (cause) {
    throw new UserError(
      "the folder cannot be read as a tree",
      folder,
      "name a folder with the content of the repository",
      { code: "TIM-626", cause },
    );
  }
}

/** Commits a tree with replaced files: encrypted ones cannot be decrypted here. @param replaced text by path */
export async function withReplaced(
  gitDir: string,
  commit: string,
  replaced: ReadonlyArray<readonly [path: string, text: string]>,
): Promise<string> {
  if (replaced.length === 0) return commit;
  return await withIndex(gitDir, async (git) => {
    await git(["read-tree", commit]);
    const ids = await writeBlobs(
      gitDir,
      git,
      replaced.map(([, text]) => text),
    );
    const entries = replaced.map(([path], index) => `100644 ${ids[index]}\t${path}\0`).join("");
    await git(["update-index", "-z", "--index-info"], undefined, entries);
    return await commitIndex(git);
  });
}

/**
 * Writes many blobs with one command, because a process for each takes seconds.
 *
 * @returns their ids, in the same order
 */
async function writeBlobs(gitDir: string, git: Git, texts: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(gitDir, "blobs-"));
  try {
    const paths = texts.map((_, index) => join(folder, String(index)));
    await Promise.all(texts.map((text, index) => writeFile(paths[index] as string, text, { mode: 0o600 })));
    const ids = await git(["hash-object", "-w", "--no-filters", "--stdin-paths"], undefined, `${paths.join("\n")}\n`);
    return ids.split("\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Git = (args: readonly string[], cwd?: string, input?: string) => Promise<string>;

/** Runs Git with a separate index, because base and head of a tree are written concurrently. */
async function withIndex<T>(gitDir: string, work: (git: Git) => Promise<T>): Promise<T> {
  const index = join(gitDir, `index-${uniqueSuffix()}`);
  const env = gitEnvironment({ ...person, GIT_DIR: gitDir, GIT_INDEX_FILE: index });
  const git: Git = async (args, cwd = gitDir, input = "") =>
    (await execa("git", args, { env, extendEnv: false, cwd, input, maxBuffer: 1e8 })).stdout.trim();
  try {
    return await work(git);
  } finally {
    await rm(index, { force: true });
  }
}

async function commitIndex(git: Git): Promise<string> {
  const tree = await git(["write-tree"]);
  return await git(["commit-tree", tree, "-m", "rehearsal"]);
}
