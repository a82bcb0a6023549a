import { diff } from "../git/diff.js";
import { type Context, repositoryOf } from "../http/server-context.js";
import { examine } from "../merge-requests.js";
import { isDraft } from "../model/draft.js";
import { projectPath } from "../model/namespaces.js";
import { pipelineOf } from "../model/pipelines.js";
import { positionView } from "../model/position.js";
import { canMerge } from "../model/protection.js";
import type { User } from "../model/types/accounts.js";
import type { MergeRequest, Note } from "../model/types/merge-requests.js";
import type { Project } from "../model/types/projects.js";
import { projectUrl } from "./commit.js";
import { fullPipelineView, pipelineView } from "./pipeline.js";
import { userById } from "./user.js";

/** A merge request in a list of `view=simple`. */
export function simpleMergeRequest(context: Context, project: Project, request: MergeRequest): Record<string, unknown> {
  return {
    id: request.id,
    iid: request.iid,
    project_id: project.id,
    title: request.title,
    description: request.description,
    state: request.state,
    created_at: request.createdAt,
    updated_at: request.updatedAt,
    web_url: `${projectUrl(context, project)}/-/merge_requests/${request.iid}`,
  };
}

/** A merge request in a list. */
export async function mergeRequestView(
  context: Context,
  project: Project,
  request: MergeRequest,
): Promise<Record<string, unknown>> {
  const notes = context.store.state.notes.filter(
    (note) => note.projectId === project.id && note.mergeRequestIid === request.iid && !note.system,
  );
  return {
    ...attributesOf(context, project, request),
    ...peopleOf(context, request),
    ...(await mergeStatusOf(context, project, request)),
    user_notes_count: notes.length,
    blocking_discussions_resolved: !notes.some((note) => note.resolvable && !note.resolved),
    ...unserved,
  };
}

function attributesOf(context: Context, project: Project, request: MergeRequest): Record<string, unknown> {
  const short = `!${request.iid}`;
  return {
    id: request.id,
    iid: request.iid,
    project_id: project.id,
    title: request.title,
    description: request.description,
    state: request.state,
    created_at: request.createdAt,
    updated_at: request.updatedAt,
    merged_at: request.mergedAt,
    closed_at: request.closedAt,
    target_branch: request.targetBranch,
    source_branch: request.sourceBranch,
    source_project_id: project.id,
    target_project_id: project.id,
    labels: request.labels,
    draft: isDraft(request.title),
    work_in_progress: isDraft(request.title),
    merge_when_pipeline_succeeds: Boolean(request.autoMerge),
    sha: request.sha === "" ? null : request.sha,
    merge_commit_sha: request.mergeCommitSha,
    squash_commit_sha: request.squashCommitSha,
    discussion_locked: request.discussionLocked,
    should_remove_source_branch: request.removeSourceBranch || null,
    force_remove_source_branch: request.removeSourceBranch,
    prepared_at: request.createdAt,
    reference: short,
    references: { short, relative: short, full: projectPath(context.store.state, project) + short },
    web_url: `${projectUrl(context, project)}/-/merge_requests/${request.iid}`,
    squash: request.squash,
    squash_on_merge: request.squash,
  };
}

function peopleOf(context: Context, request: MergeRequest): Record<string, unknown> {
  const [assignee = null] = request.assigneeIds;
  return {
    author: userById(context, request.authorId),
    assignees: request.assigneeIds.map((id) => userById(context, id)),
    assignee: userById(context, assignee),
    reviewers: request.reviewerIds.map((id) => userById(context, id)),
    merged_by: userById(context, request.mergedBy),
    merge_user: userById(context, request.mergedBy ?? request.autoMerge?.userId ?? null),
    closed_by: userById(context, request.closedBy),
  };
}

async function mergeStatusOf(
  context: Context,
  project: Project,
  request: MergeRequest,
): Promise<Record<string, unknown>> {
  const { status, conflicts } = await examine(context, project, request);
  const blocked = conflicts || status === "commits_status";
  return {
    merge_status: blocked ? "cannot_be_merged" : "can_be_merged",
    detailed_merge_status: status,
    has_conflicts: conflicts,
  };
}

/** Attributes of features that are not served, as GitLab shows them before their first use. */
const unserved = {
  upvotes: 0,
  downvotes: 0,
  imported: false,
  imported_from: "none",
  milestone: null,
  merge_after: null,
  time_stats: { time_estimate: 0, total_time_spent: 0, human_time_estimate: null, human_total_time_spent: null },
  task_completion_status: { count: 0, completed_count: 0 },
  approvals_before_merge: null,
};

/** One merge request with all that is known. */
export async function fullMergeRequest(
  context: Context,
  project: Project,
  request: MergeRequest,
  viewer: User | undefined,
): Promise<Record<string, unknown>> {
  const changes =
    request.sha === "" ? [] : await diff(repositoryOf(context, project), request.baseSha, request.sha).catch(() => []);
  const pipeline = request.sha === "" ? undefined : pipelineOf(context.store.state, request, request.sha);
  return {
    ...(await mergeRequestView(context, project, request)),
    subscribed: false,
    changes_count: changes.length === 0 ? null : String(changes.length),
    latest_build_started_at: null,
    latest_build_finished_at: null,
    first_deployed_to_production_at: null,
    pipeline: pipeline ? pipelineView(context, project, pipeline) : null,
    head_pipeline: pipeline ? fullPipelineView(context, project, pipeline) : null,
    diff_refs: { base_sha: request.baseSha, head_sha: request.sha, start_sha: request.startSha },
    merge_error: request.mergeError ?? null,
    first_contribution: false,
    user: { can_merge: viewer !== undefined && canMerge(context.store.state, viewer, project, request.targetBranch) },
  };
}

/** A comment. */
export function noteView(context: Context, note: Note, requestId: number): Record<string, unknown> {
  return {
    id: note.id,
    type: note.position ? "DiffNote" : note.resolvable ? "DiscussionNote" : null,
    body: note.body,
    author: userById(context, note.authorId),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    system: note.system,
    noteable_id: requestId,
    noteable_type: "MergeRequest",
    project_id: note.projectId,
    ...(note.position && { commit_id: null, position: positionView(note.position) }),
    resolvable: note.resolvable,
    ...(note.resolvable && { resolved: note.resolved, resolved_by: userById(context, note.resolvedBy) }),
    confidential: note.internal,
    internal: note.internal,
    imported: false,
    imported_from: "none",
    noteable_iid: note.mergeRequestIid,
    commands_changes: {},
  };
}
