import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { gitEnvironment } from "@timonier/kit/git";
import { UserError } from "@timonier/kit/user-error";
import { execa } from "execa";
import type { TreeFiles } from "../model/scan.js";

/** A clone on this machine. */
export interface Clone {
  readonly gitDir: string;
  /** Folder of its objects. Worktrees share one. */
  readonly objects: string;
  /** Top of its working tree; its own folder for a bare repository. */
  readonly top: string;
  /** URL of its remote `origin`. */
  readonly origin?: string;
}

/** Larger files are not manifests. Bytes. */
const LARGEST = 4_000_000;

/** Runs Git in a folder that may belong to another user. Only for commands that read. */
export async function gitIn(dir: string, args: readonly string[], input?: string): Promise<Buffer> {
  const env = gitEnvironment({ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" });
  const { stdout } = await execa("git", ["-C", dir, ...args], {
    env,
    extendEnv: false,
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: 1e9,
    ...(input !== undefined && { input }),
  });
  return Buffer.from(stdout);
}

/** The output of a Git command; undefined when it fails or prints nothing. */
async function requestReconcile(dir: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    return (await gitIn(dir, args)).toString().trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The clone that a folder belongs to; undefined when it belongs to none. */
export async function openClone(dir: string): Promise<Clone | undefined> {
  if (!existsSync(dir)) return undefined;
  const [found, top, origin] = await Promise.all([
    requestReconcile(dir, "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir"),
    requestReconcile(dir, "rev-parse", "--show-toplevel"),
    requestReconcile(dir, "config", "--get", "remote.origin.url"),
  ]);
  const [gitDir, common] = found?.split("\n") ?? [];
  if (!gitDir || !common) return undefined;
  return { gitDir, objects: join(common, "objects"), top: top ?? gitDir, ...(origin && { origin }) };
}

/** The commit that a name refers to. @throws UserError when there is none */
export async function commitOf({ gitDir, objects, top }: Clone, ref: string): Promise<string> {
  const found = ref.startsWith("-") ? undefined : await commitNamed({ gitDir }, ref);
  if (found) return found;
  const shallow = existsSync(join(dirname(objects), "shallow"));
  throw new UserError(
    `there is no commit "${ref}"${shallow ? ", and the clone is shallow" : ""}`,
    top,
    shallow
      ? "fetch the whole history: `git fetch --unshallow`, in GitLab CI the variable GIT_DEPTH: 0"
      : "name a branch, a tag or a commit that `git rev-parse` finds",
    { code: "TIM-604" },
  );
}

/** The merge base of two commits; undefined when they share no history. */
export async function mergeBaseOf({ gitDir }: Clone, one: string, other: string): Promise<string | undefined> {
  return requestReconcile(gitDir, "merge-base", one, other);
}

/** The commit that a name refers to; undefined when there is none. */
export async function commitNamed({ gitDir }: Pick<Clone, "gitDir">, ref: string): Promise<string | undefined> {
  return await requestReconcile(gitDir, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
}

/** Names of all tags. */
export async function tagsOf({ gitDir }: Clone): Promise<string[]> {
  return (
    (await requestReconcile(gitDir, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags"))?.split("\n") ?? []
  );
}

/**
 * The branch that a name refers to: `main` for `main`, `origin/main` or `origin/HEAD`; undefined
 * for `HEAD~1` or a commit.
 */
export async function branchOf({ gitDir }: Clone, ref: string): Promise<string | undefined> {
  if (ref.startsWith("-")) return undefined;
  const name = await requestReconcile(
    gitDir,
    "rev-parse",
    "--symbolic-full-name",
    "--verify",
    "--quiet",
    "--end-of-options",
    ref,
  );
  return /^refs\/(?:heads|remotes\/[^/]+)\/(.+)$/.exec(name ?? "")?.[1];
}

/** Messages of the commits in head that are not in base. */
export async function messagesBetween({ gitDir }: Clone, base: string, head: string): Promise<string> {
  return (await requestReconcile(gitDir, "log", "--format=%B", `${base}..${head}`)) ?? "";
}

/** Id of a commit's tree. Commits with the same files have the same id. */
export async function treeIdOf(gitDir: string, commit: string): Promise<string> {
  return (await gitIn(gitDir, ["rev-parse", `${commit}^{tree}`])).toString().trim();
}

/** Text of every YAML file of a commit. @throws UserError when the clone lacks one, because it would look deleted */
export async function readFiles(gitDir: string, commit: string): Promise<TreeFiles> {
  const listed = (await gitIn(gitDir, ["ls-tree", "-r", "-z", "-l", "--full-tree", commit])).toString();
  const entries = listed.split("\0").flatMap((line) => {
    const [, id, size, path] = /^100\d{3} blob ([0-9a-f]+)\s+(\S+)\t(.*)$/s.exec(line) ?? [];
    if (!id || !size || !path || !/\.(ya?ml|json)$/i.test(path)) return [];
    if (!/^\d+$/.test(size)) throw missingFile(path, commit);
    return Number(size) <= LARGEST ? [{ id, path }] : [];
  });
  return await readBlobs(gitDir, commit, entries);
}

/** Text of every file of a commit that contains a text and is not a YAML file: {@link readFiles} reads those. */
export async function readFilesWith(gitDir: string, commit: string, text: string): Promise<TreeFiles> {
  const paths = [":(top)*", ":(exclude,icase)*.yaml", ":(exclude,icase)*.yml", ":(exclude,icase)*.json"];
  const found = await gitIn(gitDir, ["grep", "-z", "-l", "-I", "-F", "-e", text, commit, "--", ...paths]).catch(
    // The exit code is 1 when nothing is found.
    () => Buffer.alloc(0),
  );
  const names = found.toString().split("\0").filter(Boolean);
  const entries = names.map((name) => ({ id: name, path: name.slice(commit.length + 1) }));
  return await readBlobs(
    gitDir,
    commit,
    entries.filter(({ path }) => !path.includes("\n")),
  );
}

/** @param entries id as `git cat-file` takes it */
async function readBlobs(
  gitDir: string,
  commit: string,
  entries: ReadonlyArray<{ readonly id: string; readonly path: string }>,
): Promise<TreeFiles> {
  if (entries.length === 0) return new Map();
  const blobs = await gitIn(gitDir, ["cat-file", "--batch"], `${entries.map(({ id }) => id).join("\n")}\n`);
  const files = new Map<string, string>();
  let offset = 0;
  for (const { path } of entries) {
    const end = blobs.indexOf(10, offset);
    const size = / blob (\d+)$/.exec(blobs.toString("latin1", offset, end))?.[1];
    if (size === undefined) throw missingFile(path, commit);
    files.set(path, blobs.toString("utf8", end + 1, end + 1 + Number(size)));
    offset = end + 1 + Number(size) + 1;
  }
  return files;
}

function missingFile(path: string, commit: string): UserError {
  return new UserError(
    `the clone does not have the file ${path} of commit ${commit.slice(0, 12)}`,
    path,
    "clone the repository again; `git fsck` lists what this clone lacks",
    { code: "TIM-605" },
  );
}
