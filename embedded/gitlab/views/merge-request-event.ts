import type { Context } from "../http/context.js";
import type { MergeRequest, Project, User } from "../model/types.js";
import { projectUrl } from "./commit.js";
import { hookProject } from "./push-event.js";
import { userById } from "./user.js";

/**
 * Tells webhooks of a merge request.
 *
 * @param action `open`, `update`, `close`, `reopen`, `approved`, `unapproved` or `merge`
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events
 */
export function sendMergeRequestEvent(
  context: Context,
  project: Project,
  request: MergeRequest,
  user: User | undefined,
  action: string,
): void {
  const payload = {
    object_kind: "merge_request",
    event_type: "merge_request",
    user: userById(context, user?.id ?? request.authorId),
    project: hookProject(context, project),
    repository: { name: project.name, homepage: projectUrl(context, project) },
    object_attributes: {
      id: request.id,
      iid: request.iid,
      action,
      title: request.title,
      description: request.description,
      state: request.state,
      author_id: request.authorId,
      source_branch: request.sourceBranch,
      target_branch: request.targetBranch,
      source_project_id: project.id,
      target_project_id: project.id,
      created_at: request.createdAt,
      updated_at: request.updatedAt,
      merge_commit_sha: request.mergeCommitSha,
      last_commit: { id: request.sha },
      url: `${projectUrl(context, project)}/-/merge_requests/${request.iid}`,
      source: hookProject(context, project),
      target: hookProject(context, project),
    },
    labels: [],
    changes: {},
  };
  context.deliver({
    project,
    trigger: "merge_requests_events",
    name: "Merge Request Hook",
    branch: request.targetBranch,
    payload,
  });
}
