import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { ownedFilesName, parseOwnedFiles, refuseOutside } from "@timonier/manifests/owned-files";
import { foldersOf, ownedPaths } from "@timonier/manifests/publish-plan";
import type { Tree } from "@timonier/manifests/tree";
import { execa } from "execa";

/** Credential to read a repository. */
export interface ReadCredential {
  readonly user: string;
  /** Secret: git gets it from its environment, never from an argument or a file. */
  readonly token: string;
}

/** A repository, and the folder of its clone. */
export interface CloneOptions {
  /** URL, ending in `.git`. */
  readonly address: string;
  readonly branch: string;
  readonly folder: string;
  readonly credential: ReadCredential;
  /** PEM file of the authority that signed the server's certificate. @default the system's own */
  readonly caFile?: string | undefined;
}

/**
 * Clones a branch with its history into a folder, which is deleted first.
 *
 * @throws UserError with git's message
 */
export async function cloneRepository({ address, branch, folder, credential, caFile }: CloneOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const settings: ReadonlyArray<readonly [key: string, value: string]> = [
    // An empty helper first, so that no credential helper of this machine is used.
    ["credential.helper", ""],
    ["credential.helper", '!f() { echo "username=$TIMONIER_GIT_USER"; echo "password=$TIMONIER_GIT_TOKEN"; }; f'],
  ];
  const env = {
    GIT_TERMINAL_PROMPT: "0",
    // As a variable, because GIT_SSL_CAINFO of this machine would override a setting.
    ...(caFile && { GIT_SSL_CAINFO: caFile }),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(settings.map(([key], index) => [`GIT_CONFIG_KEY_${index}`, key])),
    ...Object.fromEntries(settings.map(([, value], index) => [`GIT_CONFIG_VALUE_${index}`, value])),
    TIMONIER_GIT_USER: credential.user,
    TIMONIER_GIT_TOKEN: credential.token,
  };
  const args = ["clone", "--quiet", "--single-branch", "--branch", branch, address, folder];
  const { exitCode, stderr } = await execa("git", args, { env, reject: false, timeout: 120_000, stdin: "ignore" });
  if (exitCode === 0) return;
  throw new UserError(
    `${address} cannot be cloned: ${stderr.trim() || "git gave no answer within two minutes"}`,
    `as ${credential.user}`,
    "give a token that may read the repository as TIMONIER_READ_TOKEN",
    { code: "TIM-702" },
  );
}

/**
 * Commits a tree to a clone, as `publish` would: it deletes the files of an earlier synthesis that
 * the tree lacks, and keeps all others.
 *
 * @param folders that belong to synthesis, also when the tree has no file in them
 * @returns whether anything differs; else nothing is committed
 */
export async function commitTree(
  folder: string,
  tree: Tree,
  message: string,
  folders: readonly string[] = [],
): Promise<boolean> {
  for (const part of foldersOf(tree, folders)) {
    const list = join(part, ownedFilesName);
    const { stdout, exitCode } = await git(folder, ["show", `HEAD:${list}`], false);
    if (exitCode !== 0) continue;
    for (const path of ownedPaths(part, parseOwnedFiles(stdout, list).keys()))
      await rm(join(folder, path), { force: true });
    await rm(join(folder, list), { force: true });
  }
  for (const [path, content] of tree) {
    refuseOutside(path, folder);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await git(folder, ["add", "--all"]);
  const { exitCode } = await git(folder, ["diff", "--cached", "--quiet"], false);
  if (exitCode === 0) return false;
  const who = ["-c", "user.name=timonier", "-c", "user.email=timonier@localhost", "-c", "commit.gpgsign=false"];
  await git(folder, [...who, "commit", "--quiet", "--no-verify", "-m", message]);
  return true;
}

function git(folder: string, args: readonly string[], reject = true) {
  return execa("git", args, { cwd: folder, reject, stdin: "ignore", timeout: 60_000 });
}
