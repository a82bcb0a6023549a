import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { ownedFilesName, parseOwnedFiles, refuseOutside } from "@timonier/manifests/owned-files";
import { foldersOf, ownedPaths } from "@timonier/manifests/publish-plan";
import type { Tree } from "@timonier/manifests/tree";
import { execa } from "execa";

/** As whom to read. */
export interface ReadCredential {
  readonly user: string;
  /** Secret: it reaches git by its environment, never by an argument or a file. */
  readonly token: string;
}

/** A repository, and where its clone goes. */
export interface CloneOptions {
  /** Address, ending in `.git`. */
  readonly address: string;
  readonly branch: string;
  readonly folder: string;
  readonly credential: ReadCredential;
  /** PEM file of the authority that signed the server's certificate. @default the system's own */
  readonly caFile?: string | undefined;
}

/**
 * Clones the whole branch into a folder that is deleted first.
 *
 * @throws UserError with git's own words
 */
export async function cloneRepository({ address, branch, folder, credential, caFile }: CloneOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const settings: ReadonlyArray<readonly [key: string, value: string]> = [
    // An empty one first: none of this machine's own helpers is asked, or told.
    ["credential.helper", ""],
    ["credential.helper", '!f() { echo "username=$TIMONIER_GIT_USER"; echo "password=$TIMONIER_GIT_TOKEN"; }; f'],
  ];
  const env = {
    GIT_TERMINAL_PROMPT: "0",
    // As a variable: one of this machine's own would beat a setting.
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
  );
}

/**
 * Commits a tree onto a clone's head, as `publish` would make it: what an earlier synthesis wrote and this one does not
 * goes, every other file stays.
 *
 * @returns whether anything differs; nothing is committed otherwise
 */
export async function commitTree(folder: string, tree: Tree, message: string): Promise<boolean> {
  for (const part of foldersOf(tree)) {
    const list = join(part, ownedFilesName);
    const { stdout, exitCode } = await git(folder, ["show", `HEAD:${list}`], false);
    if (exitCode !== 0) continue;
    for (const path of ownedPaths(part, parseOwnedFiles(stdout, list).keys()))
      await rm(join(folder, path), { force: true });
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
