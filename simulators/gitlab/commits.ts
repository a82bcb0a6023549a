import { commitFiles, type FileChange, type Person, RefMoved } from "./git/commit.js";
import { branchHead, entryAt, lastCommitOf, readBlob, resolve } from "./git/queries.js";
import { hasRefs } from "./git/repositories.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { isFilePath, isRefName, refNameError } from "./model/paths.js";
import { problem } from "./model/problem.js";
import { canPush, canPushFirst, zeroId } from "./model/protection.js";
import type { Project, User } from "./model/types.js";
import { afterPush } from "./push.js";

/** One action of a commit, as the commits API takes it. */
export interface CommitAction {
  readonly action: string;
  readonly file_path: string;
  readonly previous_path?: string | undefined;
  readonly content?: string | undefined;
  readonly encoding?: string | undefined;
  readonly last_commit_id?: string | undefined;
  readonly execute_filemode?: boolean | undefined;
}

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

/** Checks every action against what the actions before it leave behind. */
async function planChanges(
  repository: string,
  parent: string | undefined,
  actions: readonly CommitAction[],
): Promise<FileChange[]> {
  const known = new Map<string, string | undefined>();
  const executable = new Map<string, boolean>();
  const blobAt = async (path: string) => {
    if (!known.has(path)) {
      const entry = parent === undefined ? undefined : await entryAt(repository, parent, path);
      known.set(path, entry?.type === "blob" ? entry.id : entry ? "tree" : undefined);
      executable.set(path, entry?.mode === "100755");
    }
    return known.get(path);
  };
  const changes: FileChange[] = [];
  for (const action of actions) {
    const { file_path: path, previous_path: from } = action;
    checkPath(path);
    const present = await blobAt(path);
    if (action.action === "create") {
      if (present)
        throw problem(
          400,
          present === "tree" ? "A directory with this name already exists" : "A file with this name already exists",
        );
      changes.push({ kind: "write", path, content: contentOf(action), executable: action.execute_filemode ?? false });
      known.set(path, "new");
    } else if (action.action === "move") {
      checkPath(from ?? "");
      if (!(await blobAt(from ?? ""))) throw problem(400, "A file with this name doesn't exist");
      if (present) throw problem(400, "A file with this name already exists");
      await checkLastCommit(repository, parent, from ?? "", action.last_commit_id);
      changes.push({ kind: "move", from: from ?? "", path });
      if (action.content !== undefined) {
        changes.push({
          kind: "write",
          path,
          content: contentOf(action),
          executable: executable.get(from ?? "") ?? false,
        });
      }
      known.set(path, known.get(from ?? "")).set(from ?? "", undefined);
    } else {
      if (!present || present === "tree") throw problem(400, "A file with this name doesn't exist");
      await checkLastCommit(repository, parent, path, action.last_commit_id);
      if (action.action === "delete") {
        changes.push({ kind: "delete", path });
        known.set(path, undefined);
      } else if (action.action === "chmod") {
        const bit = action.execute_filemode ?? false;
        // A file that this very commit writes has no blob yet: its last content is written again with the new mode.
        const written = changes.findLast((change) => change.kind === "write" && change.path === path);
        if (written?.kind === "write") changes.push({ ...written, executable: bit });
        else changes.push({ kind: "mode", path, blob: present, executable: bit });
        executable.set(path, bit);
      } else {
        const bit = action.execute_filemode ?? executable.get(path) ?? false;
        changes.push({ kind: "write", path, content: contentOf(action), executable: bit });
      }
    }
  }
  return changes;
}

function checkPath(path: string): void {
  if (!isFilePath(path)) throw problem(400, "file_path should be a valid file path");
}

function contentOf(action: CommitAction): Buffer {
  return Buffer.from(action.content ?? "", action.encoding === "base64" ? "base64" : "utf8");
}

async function checkLastCommit(
  repository: string,
  parent: string | undefined,
  path: string,
  expected: string | undefined,
): Promise<void> {
  if (!expected || !parent) return;
  if ((await lastCommitOf(repository, parent, path)) !== expected) {
    throw problem(400, `The file has changed since you started editing it: ${path}`);
  }
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
