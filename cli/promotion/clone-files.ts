import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { Tree } from "@timonier/manifests/tree";
import { execa } from "execa";

/** The files of a folder of a clone as they are checked out, by path from the top of the repository. */
export async function filesIn(clone: string, folder: string): Promise<Tree> {
  const entries = await readdir(join(clone, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (file): Promise<[string, string]> => {
    return [relative(clone, file).split(sep).join("/"), await readFile(file, "utf8")];
  });
  return new Map(await Promise.all(read));
}

/** Text of a file at a commit of a clone. undefined: it did not exist. @throws UserError when the clone lacks the commit */
export async function fileAtCommit(clone: string, commit: string, path: string): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await git(clone, ["show", `${commit}:${path}`]);
  if (exitCode === 0) return stdout;
  if (/does not exist|exists on disk, but not in/.test(stderr)) return undefined;
  throw new UserError(
    `the commit ${commit} cannot be read: ${stderr.trim().split("\n")[0] ?? ""}`,
    "the clone of the application repository",
    "it is not on the branch that Flux follows: publish and merge again, so that a commit of the branch runs",
    { code: "TIM-866" },
  );
}

/** The files of a folder at a commit of a clone, by path from the top of the repository. */
export async function filesAtCommit(clone: string, commit: string, folder: string): Promise<Tree> {
  const { stdout } = await git(clone, ["ls-tree", "-r", "-z", "--name-only", commit, "--", folder]);
  const paths = stdout.split("\0").filter((path) => path !== "");
  const files = new Map<string, string>();
  for (const path of paths) files.set(path, (await fileAtCommit(clone, commit, path)) ?? "");
  return files;
}

/** Runs Git in a clone. A failure is not an error: callers read the exit code. */
export function git(cwd: string, args: readonly string[]) {
  const env = { LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
  const options = { cwd, env, reject: false, stdin: "ignore", timeout: 60_000, stripFinalNewline: false } as const;
  return execa("git", args, options);
}
