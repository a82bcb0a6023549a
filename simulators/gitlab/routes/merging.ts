import { autoMergeStep, mergeNow } from "../auto-merge.js";
import { RefMoved } from "../git/commit.js";
import { moveBranch } from "../git/merge.js";
import { branchHead } from "../git/queries.js";
import { requestOf, userOf } from "../http/lookups.js";
import { type Call, created, ok, type Route, route } from "../http/route.js";
import { repositoryOf } from "../http/server-context.js";
import { examine } from "../merge-requests.js";
import { accessLevels } from "../model/access-level.js";
import { forbidden, notFound, problem, unauthorized } from "../model/problem.js";
import { canMerge, canPush } from "../model/protection.js";
import type { Project } from "../model/types/projects.js";
import { afterPush } from "../push.js";
import { RebaseConflict, rebaseCommits } from "../rebase.js";
import { fullMergeRequest } from "../views/merge-request.js";

const base = "/projects/:id/merge_requests";

/**
 * Merging at once or when checks pass, and rebasing.
 *
 * @see https://docs.gitlab.com/api/merge_requests/#merge-a-merge-request
 */
export const mergingRoutes: readonly Route[] = [
  route("PUT", `${base}/:iid/rebase`, { may: { skip_ci: "boolean" } }, rebase),
  route("POST", `${base}/:iid/cancel_merge_when_pipeline_succeeds`, {}, cancelAutoMerge),
  route(
    "PUT",
    `${base}/:iid/merge`,
    {
      may: {
        sha: "string",
        squash: "boolean",
        should_remove_source_branch: "boolean",
        merge_commit_message: "string",
        squash_commit_message: "string",
        auto_merge: "boolean",
        merge_when_pipeline_succeeds: "boolean",
      },
    },
    acceptRequest,
  ),
];

interface AcceptValues {
  sha?: string;
  auto_merge?: boolean;
  merge_when_pipeline_succeeds?: boolean;
  squash?: boolean;
  should_remove_source_branch?: boolean;
  merge_commit_message?: string;
  squash_commit_message?: string;
}

/** Merges a merge request. @throws Problem as the API words it: 401, 405, 406, 409, 422 */
export async function acceptRequest(call: Call, values: AcceptValues) {
  const { project, request } = requestOf(call, accessLevels.guest);
  const user = userOf(call);
  const { targetBranch: target } = request;
  const waits = values.auto_merge ?? values.merge_when_pipeline_succeeds ?? false;
  call.role = Math.max(call.role, accessLevels.developer);
  return call.context.locks.run(`repository ${project.id}`, async () => {
    if (!canMerge(call.state, user, project, target) && !canPush(call.state, user, project, target))
      throw unauthorized();
    const seen = await examine(call.context, project, request);
    if (seen.status === "conflict") throw problem(406, "Branch cannot be merged");
    if (!seen.head || !seen.target) throw problem(405, "405 Method Not Allowed");
    const { head, target: before } = seen;
    const step = waits
      ? autoMergeStep(call.context, request, seen.status, head)
      : seen.status === "mergeable"
        ? "merge"
        : "refuse";
    if (step === "refuse") throw problem(405, "405 Method Not Allowed");
    if (values.sha && values.sha !== head) throw problem(409, `SHA does not match HEAD of source branch: ${head}`);
    const wish = {
      mergeMessage: values.merge_commit_message,
      squashMessage: values.squash_commit_message,
      squash: squashes(project, values.squash ?? request.squash),
      removeSourceBranch: values.should_remove_source_branch ?? request.removeSourceBranch,
    };
    if (step === "wait") {
      Object.assign(request, { autoMerge: { userId: user.id, wish }, updatedAt: call.now.toISOString() });
    } else {
      const merge = { ...wish, head, target: before };
      await mergeNow(call.context, { project, request }, user, merge).catch((error) => {
        throw error instanceof RefMoved ? problem(422, "Branch cannot be merged") : error;
      });
    }
    return ok(await fullMergeRequest(call.context, project, request, user));
  });
}

/** Whether a merge squashes: the project may demand it, or not allow it. */
function squashes({ settings }: Project, wanted: boolean): boolean {
  return { always: true, never: false }[String(settings.squash_option)] ?? wanted;
}

/** Cancels auto-merge. @throws Problem 401, 405 or 406 */
async function cancelAutoMerge(call: Call) {
  const { project, request } = requestOf(call);
  const user = userOf(call);
  if (request.authorId !== user.id && !canMerge(call.state, user, project, request.targetBranch)) throw unauthorized();
  if (request.state !== "opened") throw problem(405, "405 Method Not Allowed");
  if (!request.autoMerge) throw problem(406, "406 Not Acceptable");
  request.autoMerge = null;
  return created(await fullMergeRequest(call.context, project, request, user));
}

/**
 * Rebases the source branch onto the target branch. GitLab does it in the background, and reports a failure in
 * \`merge_error\`.
 */
async function rebase(call: Call) {
  const { project, request } = requestOf(call);
  const user = userOf(call);
  const { sourceBranch: source } = request;
  call.role = Math.max(call.role, accessLevels.developer);
  if (!canPush(call.state, user, project, source)) throw forbidden("Cannot push to source branch");
  if (request.state !== "opened") throw problem(405, "405 Method Not Allowed");
  await call.context.locks.run(`repository ${project.id}`, async () => {
    const repository = repositoryOf(call.context, project);
    const [head, target] = await Promise.all([
      branchHead(repository, source),
      branchHead(repository, request.targetBranch),
    ]);
    if (!head || !target) throw notFound("Branch");
    request.mergeError = null;
    const after = await rebaseCommits(repository, head, target, user).catch((error) => {
      if (!(error instanceof RebaseConflict)) throw error;
      return undefined;
    });
    if (after === undefined) {
      request.mergeError = "Rebase failed: Rebase locally, resolve all conflicts, then push the branch.";
    } else if (after !== head) {
      await moveBranch(repository, source, after, head);
      await afterPush(call.context, project, user, [{ ref: `refs/heads/${source}`, before: head, after }]);
    }
  });
  return { status: 202, body: { rebase_in_progress: true } };
}
