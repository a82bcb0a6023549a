import { tryGit } from "@timonier/kit/git";
import { moveRefs, RefMoved } from "./git/commit.js";
import { commitTree, moveBranch, treeOf, tryMerge } from "./git/merge.js";
import { branchHead, branchHeads, countCommits, isAncestor, mergeBase } from "./git/queries.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { mergeMessage } from "./merge-message.js";
import { isApproved } from "./model/approvals.js";
import { isDraft } from "./model/draft.js";
import { pipelineOf, pipelineStatus } from "./model/pipelines.js";
import { nextId } from "./model/server-state.js";
import type { User } from "./model/types/accounts.js";
import type { AutoMergeWish, LocatedRequest, MergeRequest } from "./model/types/merge-requests.js";
import type { Project } from "./model/types/projects.js";
import { type MergeRequestAction, sendMergeRequestEvent } from "./views/merge-request-event.js";

/** Whether and why not a merge request can be merged. */
export interface Mergeability {
  /** As GitLab's `detailed_merge_status`. @see https://docs.gitlab.com/api/merge_requests/#merge-status */
  readonly status: string;
  readonly conflicts: boolean;
  /** Current head of the source branch; undefined once it is gone. */
  readonly head: string | undefined;
  readonly target: string | undefined;
}

/** Looks at a merge request's branches, in GitLab's order of reasons. */
export async function examine(context: Context, project: Project, request: MergeRequest): Promise<Mergeability> {
  const repository = repositoryOf(context, project);
  const [head, target] = await Promise.all([
    branchHead(repository, request.sourceBranch),
    branchHead(repository, request.targetBranch),
  ]);
  const answer = (status: string, conflicts = false) => ({ status, conflicts, head, target });
  if (request.state !== "opened") return answer("not_open");
  if (!head || !target || (await commitsAhead(context, repository, target, head)) === 0)
    return answer("commits_status");
  const trial = await memoized(context, `merge ${repository} ${target} ${head}`, () =>
    tryMerge(repository, target, head),
  );
  const conflicts = !trial.clean;
  if (isDraft(request.title)) return answer("draft_status", conflicts);
  if (!fitsTitlePattern(project, request.title)) return answer("title_regex", conflicts);
  if (project.settings.only_allow_merge_if_all_discussions_are_resolved && hasOpenDiscussion(context, request)) {
    return answer("discussions_not_resolved", conflicts);
  }
  if (project.settings.only_allow_merge_if_pipeline_succeeds) {
    const pipeline = pipelineOf(stateOf(context), request, head);
    const skippedCounts = project.settings.allow_merge_on_skipped_pipeline === true;
    const status = pipeline && pipelineStatus(stateOf(context), pipeline);
    if (status === "pending" || status === "running") return answer("ci_still_running", conflicts);
    if (status !== "success" && !(status === "skipped" && skippedCounts)) return answer("ci_must_pass", conflicts);
  }
  if (context.settings.tier === "premium" && !isApproved(stateOf(context), request))
    return answer("not_approved", conflicts);
  if (conflicts) return answer("conflict", true);
  const straight = ["ff", "rebase_merge"].includes(String(project.settings.merge_method ?? "merge"));
  if (straight && !(await isAncestor(repository, target, head))) return answer("need_rebase");
  return answer("mergeable");
}

/** Whether a title fits the project's pattern; one that is no regular expression fits every title. */
function fitsTitlePattern({ settings }: Project, title: string): boolean {
  const pattern = String(settings.merge_request_title_regex ?? "");
  try {
    return new RegExp(pattern).test(title);
  } catch {
    return true;
  }
}

async function memoized<T>(context: Context, key: string, work: () => Promise<T>): Promise<T> {
  if (context.memo.has(key)) return context.memo.get(key) as T;
  const result = await work();
  if (context.memo.size > 1_000) context.memo.clear();
  context.memo.set(key, result);
  return result;
}

function commitsAhead(context: Context, repository: string, target: string, head: string): Promise<number> {
  return memoized(context, `ahead ${repository} ${target} ${head}`, () =>
    countCommits(repository, `${target}..${head}`),
  );
}

function hasOpenDiscussion(context: Context, request: MergeRequest): boolean {
  return stateOf(context).notes.some(
    (note) =>
      note.projectId === request.projectId && note.mergeRequestIid === request.iid && note.resolvable && !note.resolved,
  );
}

/** The three commits that a merge request's diff is between, for branches as they are now. */
export async function diffRefs(context: Context, project: Project, source: string, target: string) {
  const repository = repositoryOf(context, project);
  const [head, start] = await Promise.all([branchHead(repository, source), branchHead(repository, target)]);
  const base = head && start ? await mergeBase(repository, start, head) : undefined;
  return { sha: head ?? "", startSha: start ?? "", baseSha: base ?? start ?? "" };
}

/** Records the head as a new version, and keeps its commits when the branch is deleted. */
export async function keepHead(context: Context, project: Project, request: MergeRequest): Promise<void> {
  if (request.sha === "") return;
  const { sha, baseSha, startSha } = request;
  request.versions ??= [];
  if (request.versions.at(-1)?.sha !== sha) {
    const id = nextId(stateOf(context), "mergeRequestVersion");
    request.versions.push({ id, sha, baseSha, startSha, createdAt: new Date().toISOString() });
  }
  await tryGit(repositoryOf(context, project), ["update-ref", `refs/merge-requests/${request.iid}/head`, request.sha]);
}

/**
 * Brings open merge requests up to date with their branches: new heads, merged by hand, source branch gone.
 *
 * @param user who changed the branches; undefined for the check after a start of the server
 */
export async function refreshMergeRequests(
  context: Context,
  project: Project,
  user: User | undefined,
  known?: ReadonlyMap<string, string>,
): Promise<boolean> {
  const open = stateOf(context).mergeRequests.filter(
    (each) => each.projectId === project.id && each.state === "opened",
  );
  if (open.length === 0) return false;
  const heads = known ?? (await branchHeads(repositoryOf(context, project)));
  let changed = false;
  for (const request of open) changed = (await refreshOne(context, { project, request }, user, heads)) || changed;
  return changed;
}

async function refreshOne(
  context: Context,
  at: LocatedRequest,
  user: User | undefined,
  heads: ReadonlyMap<string, string>,
): Promise<boolean> {
  const { project, request } = at;
  const repository = repositoryOf(context, project);
  const head = heads.get(request.sourceBranch);
  const target = heads.get(request.targetBranch);
  const last = head ?? request.sha;
  const moved = request.startSha !== target;
  if (target && last !== "" && moved && last !== request.baseSha && (await isAncestor(repository, last, target))) {
    const mergeCommitSha = (await firstMergeSince(repository, last, target)) || target;
    markMerged(request, user?.id ?? request.authorId, { sha: last, mergeCommitSha });
    sendMergeRequestEvent(context, at, { action: "merge", user });
    return true;
  }
  if (!head) {
    closeRequest(request, user?.id ?? request.authorId);
    sendMergeRequestEvent(context, at, { action: "close", user });
    return true;
  }
  if (head === request.sha && !moved) return false;
  const oldrev = request.sha;
  Object.assign(request, await diffRefs(context, project, request.sourceBranch, request.targetBranch));
  if (head !== oldrev) await recordPush(context, at, { action: "update", user, oldrev });
  return true;
}

/** The merge commit that brought a commit into a branch; empty when it came without one. */
async function firstMergeSince(repository: string, commit: string, branchHead: string): Promise<string> {
  const range = `${commit}..${branchHead}`;
  const args = ["rev-list", "--ancestry-path", "--first-parent", "--merges", "--reverse", range];
  return (await tryGit(repository, args)).stdout.toString().split("\n")[0] ?? "";
}

/** After a push to the source branch. Auto-merge ends, because it was asked for another head. */
async function recordPush(context: Context, at: LocatedRequest, action: MergeRequestAction): Promise<void> {
  const { project, request } = at;
  request.updatedAt = new Date().toISOString();
  request.autoMerge = null;
  if (context.settings.tier === "premium" && project.settings.reset_approvals_on_push !== false)
    request.approvedBy = [];
  await keepHead(context, project, request);
  sendMergeRequestEvent(context, at, action);
}

function markMerged(
  request: MergeRequest,
  userId: number,
  result: { sha: string; mergeCommitSha: string | null; squashCommitSha?: string | null },
): void {
  const now = new Date().toISOString();
  Object.assign(request, { state: "merged", mergedAt: now, mergedBy: userId, updatedAt: now, ...result });
}

/** Closes without merging. */
export function closeRequest(request: MergeRequest, userId: number): void {
  const now = new Date().toISOString();
  Object.assign(request, { state: "closed", closedAt: now, closedBy: userId, updatedAt: now, autoMerge: null });
}

/** A merge that `examine` found possible: how, and between which heads. */
export interface Merge extends AutoMergeWish {
  /** Head of the source branch. */
  readonly head: string;
  /** Head of the target branch. */
  readonly target: string;
}

/**
 * Merges without a work tree and moves the target branch. The merge request is marked afterwards: after a kill in
 * between, the next start sees that its commits have arrived.
 *
 * @throws RefMoved when the target branch moved since
 */
export async function mergeRequest(context: Context, at: LocatedRequest, user: User, merge: Merge): Promise<void> {
  const { project, request } = at;
  const repository = repositoryOf(context, project);
  const { head, target } = merge;
  const trial = await tryMerge(repository, target, head);
  if (!trial.clean) throw new RefMoved("the branches conflict by now");
  const author = context.store.state.users.find((each) => each.id === request.authorId) ?? user;
  const base = (await mergeBase(repository, target, head)) ?? target;
  let tip = head;
  let squashed: string | null = null;
  if (merge.squash && (await countCommits(repository, `${target}..${head}`)) > 1) {
    const message = merge.squashMessage ?? (await mergeMessage(context, at, user, "squash"));
    squashed = await commitTree(repository, {
      tree: await treeOf(repository, head),
      parents: [base],
      message,
      author,
      committer: user,
    });
    tip = squashed;
  }
  const forward = project.settings.merge_method === "ff";
  const message = merge.mergeMessage ?? (await mergeMessage(context, at, user, "merge"));
  const result = forward
    ? tip
    : await commitTree(repository, {
        tree: trial.tree,
        parents: [target, tip],
        message,
        author: user,
        committer: user,
      });
  await moveBranch(repository, request.targetBranch, result, target);
  Object.assign(request, { startSha: target, baseSha: base });
  markMerged(request, user.id, { sha: head, mergeCommitSha: forward ? null : result, squashCommitSha: squashed });
  await keepHead(context, project, request);
  await context.store.save();
  if (merge.removeSourceBranch) {
    await moveRefs(repository, [`delete refs/heads/${request.sourceBranch} ${head}`]).catch(() => {});
  }
  sendMergeRequestEvent(context, at, { action: "merge", user });
}
