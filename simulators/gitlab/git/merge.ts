import { GitError, git, tryGit } from "@timonier/kit/git";
import { moveRefs, type Person } from "./commit.js";

/** What merging two commits gives. */
export type MergeTrial =
  | { readonly clean: true; readonly tree: string }
  | { readonly clean: false; readonly conflicts: readonly string[] };

/**
 * Merges two commits without a work tree.
 *
 * @see https://git-scm.com/docs/git-merge-tree
 */
export async function tryMerge(repository: string, target: string, source: string): Promise<MergeTrial> {
  const args = [
    "merge-tree",
    "--write-tree",
    "--name-only",
    "--no-messages",
    "--allow-unrelated-histories",
    "-z",
    target,
    source,
  ];
  const result = await tryGit(repository, args);
  const [tree = "", ...conflicts] = result.stdout.toString().split("\0").filter(Boolean);
  if (result.code === 0) return { clean: true, tree: tree.trim() };
  if (result.code === 1) return { clean: false, conflicts };
  throw new GitError("merge-tree", result);
}

/** Writes a commit of a tree; no ref is moved. */
export async function commitTree(
  repository: string,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: Person;
    readonly committer: Person;
    /** ISO 8601. @default now */
    readonly authoredAt?: string;
  },
): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const env = {
    GIT_AUTHOR_NAME: commit.author.name,
    GIT_AUTHOR_EMAIL: commit.author.email,
    ...(commit.authoredAt && { GIT_AUTHOR_DATE: commit.authoredAt }),
    GIT_COMMITTER_NAME: commit.committer.name,
    GIT_COMMITTER_EMAIL: commit.committer.email,
    TZ: "UTC",
  };
  return (
    await git(repository, ["commit-tree", commit.tree, ...parents, "-F", "-"], { input: commit.message, env })
  ).trim();
}

/** The tree of a commit. */
export async function treeOf(repository: string, commit: string): Promise<string> {
  return (await git(repository, ["rev-parse", `${commit}^{tree}`])).trim();
}

/** Moves a branch from one commit to another. @throws RefMoved when it is elsewhere */
export function moveBranch(repository: string, branch: string, after: string, before: string): Promise<void> {
  return moveRefs(repository, [`update refs/heads/${branch} ${after} ${before}`]);
}
