import { type CommitAction, planChanges } from "./commit-plan.js";
import { commitFiles, type Person, RefMoved } from "./git/commit.js";
import { branchHead, entryAt, lastCommitOf, readBlob, resolve } from "./git/queries.js";
import { hasRefs } from "./git/repositories.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { isRefName, refNameError } from "./model/paths.js";
import { problem } from "./model/problem.js";
import { canPush, canPushFirst, zeroId } from "./model/protection.js";
import type { User } from "./model/types/accounts.js";
import type { Project } from "./model/types/projects.js";
import { afterPush } from "./push.js";

/** A commit as a client asks for it. */
export interface CommitWish {
  readonly branch: string;
  readonly startBranch?: string | undefined;
  readonly startSha?: string | undefined;
  readonly force?: boolean | undefined;
  readonly message: string;
  readonly authorName?: string | undefined;
  readonly authorEmail?: string | undefined;
  readonly actions: readonly CommitAction[];
  /** The error for a push that is not allowed: the commits API answers 403, the files API 400. */
  readonly refused: () => Error;
}

/**
 * Makes one commit of all actions, or none.
 *
 * @returns the commit's hash
 * @throws Problem with what is wrong with an action, a branch or the right to push
 * @see https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions
 */
export function createCommit(context: Context, project: Project, user: User, wish: CommitWish): Promise<string> {
  return context.locks.run(`repository ${project.id}`, async () => {
    const repository = repositoryOf(context, project);
    if (!isRefName(wish.branch)) throw problem(400, "Branch name is invalid");
    const nameError = refNameError("branch", wish.branch);
    if (nameError) throw problem(400, nameError);
    const empty = !(await hasRefs(repository));
    if (!(empty ? canPushFirst : canPush)(stateOf(context), user, project, wish.branch)) throw wish.refused();
    const expected = await branchHead(repository, wish.branch);
    const parent = await startOf(repository, wish, expected, empty);
    const changes = await planChanges(repository, parent, wish.actions);
    const author: Person = { name: wish.authorName || user.name, email: wish.authorEmail || user.email };
    const request = { branch: wish.branch, parent, expected, message: wish.message, author, committer: user, changes };
    const after = await commitFiles(repository, request).catch((error) => {
      throw error instanceof RefMoved
        ? problem(400, "Could not update refs/heads/".concat(wish.branch, ". Please refresh and try again."))
        : error;
    });
    await afterPush(context, project, user, [{ ref: `refs/heads/${wish.branch}`, before: expected ?? zeroId, after }]);
    return after;
  });
}

async function startOf(
  repository: string,
  wish: CommitWish,
  head: string | undefined,
  empty: boolean,
): Promise<string | undefined> {
  const start = wish.startSha ?? wish.startBranch;
  if (start === undefined || (start === wish.branch && head)) {
    if (head || empty) return head;
    throw problem(400, "You can only create or edit files when you are on a branch");
  }
  if (head && !wish.force) {
    throw problem(
      400,
      `A branch called '${wish.branch}' already exists. Switch to that branch in order to make changes`,
    );
  }
  const commit = await resolve(repository, start);
  if (!commit && empty && wish.startSha === undefined) return undefined;
  if (!commit) throw problem(400, `Cannot find start ${wish.startSha ? "SHA" : "branch"} '${start}'`);
  return commit;
}

/** A file as the files API describes it. */
export async function readFileAt(repository: string, commit: string, path: string) {
  const entry = await entryAt(repository, commit, path);
  if (entry?.type !== "blob") return undefined;
  const [content, lastCommit] = await Promise.all([
    readBlob(repository, entry.id),
    lastCommitOf(repository, commit, path),
  ]);
  return { blob: entry.id, executable: entry.mode === "100755", content, lastCommit: lastCommit ?? commit };
}
