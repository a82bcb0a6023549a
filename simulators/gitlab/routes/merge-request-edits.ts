import { branchHead } from "../git/queries.js";
import { projectOf, requestOf, userOf } from "../http/lookups.js";
import { type Call, created, ok } from "../http/route.js";
import { repositoryOf } from "../http/server-context.js";
import { closeRequest, diffRefs, keepHead } from "../merge-requests.js";
import { accessLevels } from "../model/access-level.js";
import { settleLabels } from "../model/labels.js";
import { projectLevel } from "../model/membership.js";
import { apiError, forbidden, invalid, problem } from "../model/problem.js";
import { nextId } from "../model/server-state.js";
import type { MergeRequest } from "../model/types/merge-requests.js";
import type { Project } from "../model/types/projects.js";
import { fullMergeRequest } from "../views/merge-request.js";
import { changesBetween, sendMergeRequestEvent } from "../views/merge-request-event.js";

/** Parameters of a new merge request and of a change. */
export const mergeRequestAttributes = {
  title: "string",
  description: "string",
  assignee_id: "integer",
  assignee_ids: "integers",
  reviewer_ids: "integers",
  labels: "strings",
  add_labels: "strings",
  remove_labels: "strings",
  squash: "boolean",
  remove_source_branch: "boolean",
  discussion_locked: "boolean",
} as const;

type Attributes = { [K in keyof typeof mergeRequestAttributes]?: unknown } & {
  labels?: string[];
  add_labels?: string[];
  remove_labels?: string[];
};

/** The given attributes with the names of the state; the others are absent. */
function given(call: Call, project: Project, values: Attributes, labels: readonly string[]): Partial<MergeRequest> {
  const people = (ids: unknown) =>
    (ids as number[]).filter((id) => id > 0 && call.state.users.some((user) => user.id === id));
  const wanted = [...(values.labels ?? labels), ...(values.add_labels ?? [])].filter(
    (label) => !values.remove_labels?.includes(label),
  );
  const assignees = values.assignee_ids ?? (values.assignee_id === undefined ? undefined : [values.assignee_id]);
  if (values.title !== undefined && String(values.title).length > 255)
    throw invalid({ title: ["is too long (maximum is 255 characters)"] });
  if (values.title === "") throw invalid({ title: ["can't be blank"] });
  const squash = { always: true, never: false }[String(project.settings.squash_option)] ?? values.squash;
  return {
    labels: settleLabels(call.state, project, wanted),
    ...(values.title !== undefined && { title: String(values.title) }),
    ...(values.description !== undefined && { description: String(values.description) }),
    ...(assignees !== undefined && { assigneeIds: people(assignees) }),
    ...(values.reviewer_ids !== undefined && { reviewerIds: people(values.reviewer_ids) }),
    ...(squash !== undefined && { squash: Boolean(squash) }),
    ...(values.remove_source_branch !== undefined && { removeSourceBranch: Boolean(values.remove_source_branch) }),
    ...(values.discussion_locked !== undefined && { discussionLocked: Boolean(values.discussion_locked) }),
  };
}

/** Opens a merge request. @throws Problem as the API words it */
export async function openRequest(
  call: Call,
  values: Attributes & { source_branch: string; target_branch: string; title: string; target_project_id?: number },
) {
  const project = projectOf(call, accessLevels.developer);
  const { source_branch: source, target_branch: target } = values;
  if (project.archived || project.settings.merge_requests_access_level === "disabled") throw forbidden();
  if (values.target_project_id !== undefined && values.target_project_id !== project.id)
    throw apiError(400, "target_project_id is invalid: forks are not served");
  if (source === target) throw problem(422, ["You can't use same project/branch for source and target"]);
  const repository = repositoryOf(call.context, project);
  for (const [name, branch] of [
    ["source_branch", source],
    ["target_branch", target],
  ] as const) {
    if (!(await branchHead(repository, branch))) throw invalid({ [name]: [`"${branch}" does not exist`] });
  }
  const refs = await diffRefs(call.context, project, source, target);
  // From here to the end in one step: two requests for one branch at once must not both succeed.
  const twin = sameBranches(call, project, source, target);
  if (twin) throw problem(409, [`Another open merge request already exists for this source branch: !${twin.iid}`]);
  const now = call.now.toISOString();
  const request: MergeRequest = {
    id: nextId(call.state, "mergeRequest"),
    iid: nextId(call.state, `mergeRequest of project ${project.id}`),
    projectId: project.id,
    title: values.title,
    description: null,
    state: "opened",
    sourceBranch: source,
    targetBranch: target,
    authorId: userOf(call).id,
    assigneeIds: [],
    reviewerIds: [],
    labels: [],
    squash: ["always", "default_on"].includes(String(project.settings.squash_option)),
    removeSourceBranch: false,
    discussionLocked: null,
    createdAt: now,
    updatedAt: now,
    mergedAt: null,
    mergedBy: null,
    closedAt: null,
    closedBy: null,
    ...refs,
    mergeCommitSha: null,
    squashCommitSha: null,
    approvedBy: [],
    ...given(call, project, values, []),
  };
  call.state.mergeRequests.push(request);
  await keepHead(call.context, project, request);
  sendMergeRequestEvent(call.context, { project, request }, { action: "open", user: userOf(call) });
  return created(await fullMergeRequest(call.context, project, request, userOf(call)));
}

function sameBranches(call: Call, project: Project, source: string, target: string): MergeRequest | undefined {
  return call.state.mergeRequests.find(
    (each) =>
      each.projectId === project.id &&
      each.state === "opened" &&
      each.sourceBranch === source &&
      each.targetBranch === target,
  );
}

/** Changes a merge request. @throws Problem as the API words it */
export async function updateRequest(
  call: Call,
  values: Attributes & { target_branch?: string; state_event?: "close" | "reopen" },
) {
  const { project, request } = requestOf(call);
  const user = userOf(call);
  call.role = Math.max(call.role, accessLevels.developer);
  if (projectLevel(call.state, user, project) < accessLevels.developer && request.authorId !== user.id)
    throw forbidden();
  const before = { ...request };
  const change = given(call, project, values, request.labels);
  const target = values.target_branch;
  if (target && target !== request.targetBranch) {
    if (!(await branchHead(repositoryOf(call.context, project), target)))
      throw invalid({ target_branch: [`"${target}" does not exist`] });
    Object.assign(change, {
      targetBranch: target,
      ...(await diffRefs(call.context, project, request.sourceBranch, target)),
    });
  }
  if (values.state_event === "reopen" && request.state === "closed") {
    const twin = sameBranches(call, project, request.sourceBranch, target ?? request.targetBranch);
    if (twin) throw problem(409, [`Another open merge request already exists for this source branch: !${twin.iid}`]);
    Object.assign(change, { state: "opened", closedAt: null, closedBy: null });
    Object.assign(change, await diffRefs(call.context, project, request.sourceBranch, target ?? request.targetBranch));
  }
  Object.assign(request, change, { updatedAt: call.now.toISOString() });
  if (values.state_event === "close" && request.state === "opened") closeRequest(request, user.id);
  const changes = changesBetween(call.context, project, before, request);
  const action = values.state_event ?? "update";
  sendMergeRequestEvent(call.context, { project, request }, { action, user, changes });
  return ok(await fullMergeRequest(call.context, project, request, user));
}
