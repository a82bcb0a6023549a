import { commitTree, treeOf, tryMerge } from "./git/merge.js";
import { log } from "./git/queries.js";
import type { User } from "./model/types/accounts.js";

/** A rebase that stops at a conflict. */
export class RebaseConflict extends Error {
  override readonly name = "RebaseConflict";
}

/**
 * Puts the commits of a branch on top of another commit without a work tree, as `git rebase` does:
 * merges are left out, and so is what the target holds already. Each commit is merged with a commit
 * that has its parent's history and the tree so far.
 *
 * @returns the new head
 * @throws RebaseConflict for the first commit that conflicts
 */
export async function rebaseCommits(repository: string, head: string, onto: string, committer: User): Promise<string> {
  const commits = await log(repository, [`${onto}..${head}`], { args: ["--reverse", "--topo-order", "--no-merges"] });
  let tip = onto;
  for (const commit of commits) {
    const before = await treeOf(repository, tip);
    const [parent] = commit.parents;
    const author = { name: commit.authorName, email: commit.authorEmail };
    const common = { message: commit.message, author, committer };
    const ours = await commitTree(repository, { ...common, tree: before, parents: parent ? [parent] : [] });
    const trial = await tryMerge(repository, ours, commit.id);
    if (!trial.clean) throw new RebaseConflict(trial.conflicts.join(", "));
    if (trial.tree === before) continue;
    tip = await commitTree(repository, { ...common, tree: trial.tree, parents: [tip], authoredAt: commit.authoredAt });
  }
  return tip;
}
