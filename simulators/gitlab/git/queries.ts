import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { git, gitBytes, tryGit } from "@timonier/kit/git";
import { isRefName } from "../model/paths.js";

/** A commit as the API shows it. */
export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  readonly authoredAt: string;
  readonly committerName: string;
  readonly committerEmail: string;
  readonly committedAt: string;
  /** The whole message, as committed. */
  readonly message: string;
}

const logFormat = "--format=%H%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";

function parseLog(output: string): Commit[] {
  const fields = output.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + 9 <= fields.length; at += 9) {
    const [id = "", parents = "", authorName = "", authorEmail = "", authoredAt = "", ...rest] = fields.slice(
      at,
      at + 9,
    );
    const [committerName = "", committerEmail = "", committedAt = "", message = ""] = rest;
    const people = { authorName, authorEmail, authoredAt, committerName, committerEmail, committedAt };
    commits.push({ id, parents: parents.split(" ").filter(Boolean), ...people, message });
  }
  return commits;
}

/** The commit that a branch, tag or hash names; undefined when it does not exist. */
export async function resolve(repository: string, revision: string): Promise<string | undefined> {
  if (revision.startsWith("-") || revision === "") return undefined;
  // A branch named HEAD, pushed before such names were refused, must not stand in for the default branch.
  const names = /^([0-9a-f]{40}|HEAD)$/.test(revision)
    ? [revision]
    : [`refs/heads/${revision}`, `refs/tags/${revision}`, revision];
  for (const name of names) {
    const { code, stdout } = await tryGit(repository, [
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${name}^{commit}`,
    ]);
    if (code === 0) return stdout.toString().trim();
  }
  return undefined;
}

/**
 * Head of a branch; undefined when there is none. Read from Git's own files: it is asked several
 * times in most requests, and a process for each call would be the largest part of its time.
 *
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export async function branchHead(repository: string, branch: string): Promise<string | undefined> {
  if (!isRefName(branch)) return undefined;
  const ref = `refs/heads/${branch}`;
  const loose = await readFile(join(repository, ref), "utf8").catch(() => "");
  const id = /^([0-9a-f]{40})\n$/.exec(loose)?.[1];
  if (id) return id;
  const packed = await readFile(join(repository, "packed-refs"), "utf8").catch(() => "");
  const line = packed.split("\n").find((each) => each.slice(41) === ref);
  return line?.slice(0, 40);
}

/** Heads of all branches by name. */
export async function branchHeads(repository: string): Promise<Map<string, string>> {
  const text = await git(repository, ["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"]);
  const pairs = text.split("\n").filter(Boolean);
  return new Map(pairs.map((line) => [line.slice(41), line.slice(0, 40)]));
}

/** One commit. */
export async function readCommit(repository: string, id: string): Promise<Commit | undefined> {
  const { code, stdout } = await tryGit(repository, ["log", "-1", "-z", logFormat, "--end-of-options", id, "--"]);
  return code === 0 ? parseLog(stdout.toString())[0] : undefined;
}

/** Several commits by their hashes, in that order. */
export async function readCommits(repository: string, ids: readonly string[]): Promise<Commit[]> {
  if (ids.length === 0) return [];
  const input = `${[...new Set(ids)].join("\n")}\n`;
  const found = parseLog(await git(repository, ["log", "--no-walk=unsorted", "-z", logFormat, "--stdin"], { input }));
  const byId = new Map(found.map((commit) => [commit.id, commit]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Commits of a range, newest first. */
export async function log(
  repository: string,
  range: readonly string[],
  options: { readonly path?: string | undefined; readonly args?: readonly string[] } = {},
): Promise<Commit[]> {
  const path = options.path ? ["--", `:(literal)${options.path}`] : ["--"];
  const args = ["log", "-z", logFormat, ...(options.args ?? []), "--end-of-options", ...range, ...path];
  return parseLog(await git(repository, args));
}

/** Number of commits of a range. */
export async function countCommits(repository: string, range: string): Promise<number> {
  return Number(await git(repository, ["rev-list", "--count", "--end-of-options", range, "--"]));
}

/** Last common ancestor. */
export async function mergeBase(repository: string, one: string, other: string): Promise<string | undefined> {
  const { code, stdout } = await tryGit(repository, ["merge-base", one, other]);
  return code === 0 ? stdout.toString().trim() : undefined;
}

/** Whether a commit is part of another one's history. */
export async function isAncestor(repository: string, ancestor: string, descendant: string): Promise<boolean> {
  return (await tryGit(repository, ["merge-base", "--is-ancestor", ancestor, descendant])).code === 0;
}

/** An entry of a tree. */
export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly id: string;
  readonly path: string;
}

/** The entries of a folder; undefined when it does not exist. */
export async function listTree(
  repository: string,
  commit: string,
  path: string,
  recursive: boolean,
): Promise<TreeEntry[] | undefined> {
  const tree = path === "" ? commit : `${commit}:${path}`;
  const { code, stdout } = await tryGit(repository, ["ls-tree", "-z", "-t", ...(recursive ? ["-r"] : []), tree]);
  if (code !== 0) return undefined;
  const prefix = path === "" ? "" : `${path}/`;
  return stdout
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", type = "", id = ""] = line.slice(0, tab).split(" ");
      return { mode, type: type as TreeEntry["type"], id, path: prefix + line.slice(tab + 1) };
    });
}

/** The entry at one path; undefined when it does not exist. */
export async function entryAt(repository: string, commit: string, path: string): Promise<TreeEntry | undefined> {
  const args = ["ls-tree", "-z", "--full-tree", commit, "--", path];
  const { code, stdout } = await tryGit(repository, args, { env: { GIT_LITERAL_PATHSPECS: "1" } });
  const line = stdout.toString().split("\0")[0] ?? "";
  if (code !== 0 || line === "") return undefined;
  const [mode = "", type = "", id = ""] = line.slice(0, line.indexOf("\t")).split(" ");
  return { mode, type: type as TreeEntry["type"], id, path };
}

/** Content of a blob. */
export function readBlob(repository: string, id: string): Promise<Buffer> {
  return gitBytes(repository, ["cat-file", "blob", id]);
}

/** Last commit of a history that changed a path. */
export async function lastCommitOf(repository: string, commit: string, path: string): Promise<string | undefined> {
  const { code, stdout } = await tryGit(repository, ["log", "-1", "--format=%H", commit, "--", `:(literal)${path}`]);
  return code === 0 && stdout.length > 0 ? stdout.toString().trim() : undefined;
}
