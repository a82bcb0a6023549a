import { existsSync } from "node:fs";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../core/user-error.js";
import { replaceEncrypted } from "../../delivery/rehearse/encrypted.js";
import type { TreeFiles } from "../../delivery/rehearse/scan.js";
import { gitEnvironment } from "../gitlab/git/run.js";
import { type Clone, gitIn } from "./clone.js";

/** Who the commits are by that no clone has. */
const person = {
  GIT_AUTHOR_NAME: "timonier rehearse",
  GIT_AUTHOR_EMAIL: "rehearse@timonier.invalid",
  GIT_AUTHOR_DATE: "1970-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "timonier rehearse",
  GIT_COMMITTER_EMAIL: "rehearse@timonier.invalid",
  GIT_COMMITTER_DATE: "1970-01-01T00:00:00Z",
};

/** A bare repository that borrows its objects from a clone, which it never writes to. */
export async function makeServed(gitDir: string, clone: Clone | undefined): Promise<void> {
  await rm(gitDir, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(gitDir, { recursive: true, mode: 0o700 });
  await execa("git", ["init", "--quiet", "--bare", "--template=", gitDir], { env: gitEnvironment(), extendEnv: false });
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  if (!clone) return;
  await writeFile(join(gitDir, "objects", "info", "alternates"), `${clone.objects}\n`);
  const shallow = join(clone.gitDir, "shallow");
  if (existsSync(shallow)) await copyFile(shallow, join(gitDir, "shallow"));
}

/** Points branches and tags at commits. */
export async function setRefs(gitDir: string, refs: ReadonlyMap<string, string>): Promise<void> {
  const commands = [...refs].map(([ref, commit]) => `update ${ref} ${commit}\n`).join("");
  if (commands) await gitIn(gitDir, ["update-ref", "--stdin"], commands);
}

/** Takes all branches and tags away. */
export async function withdrawRefs(gitDir: string): Promise<void> {
  const commands = await gitIn(gitDir, ["for-each-ref", "--format=delete %(refname)"]);
  if (commands.length > 0) await gitIn(gitDir, ["update-ref", "--stdin"], commands.toString());
}

/** A folder as a commit of its own. @throws UserError where it is no folder */
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
      "name a folder that holds what the repository would hold",
      { cause },
    );
  }
}

/** The same tree with its encrypted values replaced, where it has any: there are no keys to read them with. */
export async function withoutEncryption(gitDir: string, commit: string, files: TreeFiles): Promise<string> {
  const replaced = [...files].flatMap(([path, text]) => {
    const clear = replaceEncrypted(text);
    return clear === undefined ? [] : [[path, clear] as const];
  });
  if (replaced.length === 0) return commit;
  return await withIndex(gitDir, async (git) => {
    await git(["read-tree", commit]);
    for (const [path, text] of replaced) {
      const id = await git(["hash-object", "-w", "--stdin"], undefined, text);
      await git(["update-index", "--add", "--cacheinfo", `100644,${id},${path}`]);
    }
    return await commitIndex(git);
  });
}

type Git = (args: readonly string[], cwd?: string, input?: string) => Promise<string>;

async function withIndex<T>(gitDir: string, work: (git: Git) => Promise<T>): Promise<T> {
  const index = join(gitDir, `index-${process.pid}`);
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
