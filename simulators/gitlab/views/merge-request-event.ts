import type { Context } from "../http/server-context.js";
import { isDraft } from "../model/draft.js";
import { labelNamed } from "../model/labels.js";
import type { User } from "../model/types/accounts.js";
import type { LocatedRequest, MergeRequest } from "../model/types/merge-requests.js";
import type { Project } from "../model/types/projects.js";
import { projectUrl } from "./commit.js";
import { hookProject } from "./push-event.js";
import { userById } from "./user.js";

/** A value before and after. */
interface Change {
  readonly previous: unknown;
  readonly current: unknown;
}

/** What differs between two states of a merge request, as webhooks name it. */
export function changesBetween(
  context: Context,
  project: Project,
  before: MergeRequest,
  after: MergeRequest,
): Record<string, Change> {
  const people = (ids: readonly number[]) => ids.map((id) => userById(context, id));
  const shown = (request: MergeRequest) => ({
    title: request.title,
    description: request.description,
    target_branch: request.targetBranch,
    draft: isDraft(request.title),
    updated_at: request.updatedAt,
    labels: hookLabels(context, project, request.labels),
    assignees: people(request.assigneeIds),
    reviewers: people(request.reviewerIds),
  });
  const [previous, current] = [shown(before), shown(after)] as Record<string, unknown>[];
  const differing = Object.keys(current ?? {}).filter(
    (name) => JSON.stringify(previous?.[name]) !== JSON.stringify(current?.[name]),
  );
  return Object.fromEntries(differing.map((name) => [name, { previous: previous?.[name], current: current?.[name] }]));
}

function hookLabels(context: Context, project: Project, names: readonly string[]): Record<string, unknown>[] {
  return names.flatMap((name) => {
    const label = labelNamed(context.store.state, project, name);
    if (!label) return [];
    const { id, color, description } = label;
    return [{ id, title: name, color, project_id: project.id, description, type: "ProjectLabel", group_id: null }];
  });
}

/** What happened to a merge request. */
export interface MergeRequestAction {
  readonly action: "open" | "update" | "close" | "reopen" | "approved" | "unapproved" | "merge";
  /** Who did it; undefined for the server itself. */
  readonly user: User | undefined;
  /** What an update changed. @default nothing */
  readonly changes?: Readonly<Record<string, Change>>;
  /** Head before a push. @default not a push */
  readonly oldrev?: string;
}

/**
 * Sends the event of a merge request to webhooks.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events
 */
export function sendMergeRequestEvent(
  context: Context,
  { project, request }: LocatedRequest,
  { action, user, changes = {}, oldrev }: MergeRequestAction,
): void {
  const people = (ids: readonly number[]) => ids.map((id) => userById(context, id));
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
      ...(oldrev !== undefined && { oldrev }),
      title: request.title,
      description: request.description,
      state: request.state,
      author_id: request.authorId,
      assignee_id: request.assigneeIds[0] ?? null,
      assignee_ids: request.assigneeIds,
      reviewer_ids: request.reviewerIds,
      labels: hookLabels(context, project, request.labels),
      draft: isDraft(request.title),
      work_in_progress: isDraft(request.title),
      merge_when_pipeline_succeeds: Boolean(request.autoMerge),
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
    labels: hookLabels(context, project, request.labels),
    changes,
    ...(request.assigneeIds.length > 0 && { assignees: people(request.assigneeIds) }),
    ...(request.reviewerIds.length > 0 && { reviewers: people(request.reviewerIds) }),
  };
  context.deliver({
    project,
    trigger: "merge_requests_events",
    name: "Merge Request Hook",
    branch: request.targetBranch,
    payload,
  });
}
