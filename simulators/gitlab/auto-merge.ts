import { RefMoved } from "./git/commit.js";
import { branchHead } from "./git/queries.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { examine, type Merge, mergeRequest } from "./merge-requests.js";
import { pipelineOf, pipelineStatus } from "./model/pipelines.js";
import { canMerge, canPush, zeroId } from "./model/protection.js";
import type { User } from "./model/types/accounts.js";
import type { LocatedRequest, MergeRequest } from "./model/types/merge-requests.js";
import type { Project } from "./model/types/projects.js";
import { afterPush } from "./push.js";

/** Statuses that can become mergeable later: auto-merge waits for them. */
const passing = ["ci_still_running", "ci_must_pass", "not_approved", "draft_status", "discussions_not_resolved"];

/**
 * Whether "merge when checks pass" merges at once, waits, or has nothing to wait for.
 *
 * @param status as `examine` finds it
 * @see https://docs.gitlab.com/user/project/merge_requests/auto_merge/
 */
export function autoMergeStep(
  context: Context,
  request: MergeRequest,
  status: string,
  head: string,
): "merge" | "wait" | "refuse" {
  const pipeline = pipelineOf(stateOf(context), request, head);
  const state = pipeline && pipelineStatus(stateOf(context), pipeline);
  if (passing.includes(status) || (status === "mergeable" && (state === "pending" || state === "running")))
    return "wait";
  return status === "mergeable" && (state === "success" || state === "skipped") ? "merge" : "refuse";
}

/** Merges, and does what follows a change of the branches. @throws RefMoved when the target branch moved since */
export async function mergeNow(context: Context, at: LocatedRequest, user: User, merge: Merge): Promise<void> {
  const { project, request } = at;
  const { sourceBranch: source, targetBranch: target } = request;
  const removeSourceBranch = merge.removeSourceBranch && canPush(stateOf(context), user, project, source);
  await mergeRequest(context, at, user, { ...merge, removeSourceBranch });
  const after = (await branchHead(repositoryOf(context, project), target)) ?? merge.target;
  const moved = [{ ref: `refs/heads/${target}`, before: merge.target, after }];
  if (removeSourceBranch) moved.push({ ref: `refs/heads/${source}`, before: merge.head, after: zeroId });
  await afterPush(context, project, user, moved);
}

/**
 * Merges the merge requests whose auto-merge has nothing to wait for any more. Runs after each
 * request that changed something, before the answer.
 */
export async function runAutoMerges(context: Context): Promise<void> {
  const waiting = stateOf(context).mergeRequests.filter((each) => each.autoMerge && each.state === "opened");
  for (const request of waiting) {
    const project = stateOf(context).projects.find(({ id }) => id === request.projectId);
    if (project) await context.locks.run(`repository ${project.id}`, () => runOne(context, project, request));
  }
}

async function runOne(context: Context, project: Project, request: MergeRequest): Promise<void> {
  const { autoMerge } = request;
  const user = stateOf(context).users.find(({ id }) => id === autoMerge?.userId);
  const { status, head, target } = await examine(context, project, request);
  if (!autoMerge || !user || !head || !target || autoMergeStep(context, request, status, head) !== "merge") return;
  if (!canMerge(stateOf(context), user, project, request.targetBranch)) return;
  await mergeNow(context, { project, request }, user, { ...autoMerge.wish, head, target }).catch((error) => {
    // The target branch moved in between: the next change checks again.
    if (!(error instanceof RefMoved)) throw error;
  });
  if (request.state === "merged") request.autoMerge = null;
}
