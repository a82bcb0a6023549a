import { RefMoved } from "../git/commit.js";
import { diff } from "../git/diff.js";
import { branchHead, log } from "../git/read.js";
import { repositoryOf } from "../http/context.js";
import { type Call, created, noContent, ok, page, projectOf, type Route, route, userOf } from "../http/route.js";
import { closeRequest, diffRefs, examine, keepHead, mergeRequest } from "../merge-requests.js";
import { accessLevels } from "../model/access-level.js";
import { settleLabels } from "../model/labels.js";
import { canReadCode, projectLevel } from "../model/membership.js";
import { fault, forbidden, invalid, notFound, problem, unauthorized } from "../model/problem.js";
import { canMerge, canPush, zeroId } from "../model/protection.js";
import { nextId, removeWhere } from "../model/state.js";
import type { MergeRequest, Project } from "../model/types.js";
import { afterPush } from "../push.js";
import { commitView, diffView } from "../views/commit.js";
import { fullMergeRequest, mergeRequestView } from "../views/merge-request.js";
import { sendMergeRequestEvent } from "../views/merge-request-event.js";
import { userById } from "../views/user.js";
import { codeOf } from "./branches.js";

const base = "/projects/:id/merge_requests";
const attributes = {
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
const filters = {
  state: ["opened", "closed", "merged", "locked", "all"],
  source_branch: "string",
  target_branch: "string",
  author_id: "integer",
  author_username: "string",
  iids: "integers",
  search: "string",
  labels: "strings",
  scope: "string",
  order_by: ["created_at", "updated_at", "title", "merged_at"],
  sort: ["asc", "desc"],
  created_after: "day",
  updated_after: "day",
} as const;

/** @see https://docs.gitlab.com/api/merge_requests/ */
export const mergeRequestRoutes: readonly Route[] = [
  route("GET", "/merge_requests", { may: filters }, (call, values) => {
    const mine = values.scope !== "all" && values.author_id === undefined ? { author_id: userOf(call).id } : {};
    const visible = call.state.mergeRequests.filter((request) =>
      canReadCode(call.state, userOf(call), projectById(call, request)),
    );
    return list(call, visible, { ...values, ...mine });
  }),
  route("GET", base, { may: filters, open: true }, (call, values) => {
    const project = codeOf(call);
    return list(
      call,
      call.state.mergeRequests.filter((request) => request.projectId === project.id),
      values,
    );
  }),
  route(
    "POST",
    base,
    {
      needs: { source_branch: "string", target_branch: "string", title: "string" },
      may: { ...attributes, target_project_id: "integer" },
    },
    open,
  ),
  route("GET", `${base}/:iid`, { open: true }, async (call) => {
    const { project, request } = requestOf(call);
    return ok(await fullMergeRequest(call.context, project, request, call.caller?.user));
  }),
  route(
    "PUT",
    `${base}/:iid`,
    { may: { ...attributes, target_branch: "string", state_event: ["close", "reopen"] } },
    updateRequest,
  ),
  route("DELETE", `${base}/:iid`, {}, (call) => {
    const { request } = requestOf(call, accessLevels.owner);
    removeWhere(call.state.mergeRequests, (each) => each === request);
    return noContent();
  }),
  route("GET", `${base}/:iid/changes`, { open: true }, async (call) => {
    const { project, request } = requestOf(call);
    const full = await fullMergeRequest(call.context, project, request, call.caller?.user);
    return ok({ ...full, changes: (await changes(call, project, request)).map(diffView), overflow: false });
  }),
  route("GET", `${base}/:iid/diffs`, { open: true }, async (call) => {
    const { project, request } = requestOf(call);
    return page(call, await changes(call, project, request), diffView);
  }),
  route("GET", `${base}/:iid/commits`, { open: true }, async (call) => {
    const { project, request } = requestOf(call);
    const commits =
      request.sha === "" ? [] : await log(repositoryOf(call.context, project), [`${request.baseSha}..${request.sha}`]);
    return page(call, commits, (commit) => commitView(call.context, project, commit));
  }),
  route("GET", `${base}/:iid/participants`, { open: true }, (call) => {
    const { request } = requestOf(call);
    const ids = [request.authorId, ...request.assigneeIds, ...request.reviewerIds];
    return page(call, [...new Set(ids)], (id) => userById(call.context, id));
  }),
  ...["closes_issues", "versions"].map((name) =>
    route("GET", `${base}/:iid/${name}`, { open: true }, (call) => {
      requestOf(call);
      return page(call, [], (none) => none);
    }),
  ),
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

/** The merge request that an address names. @throws Problem 404 */
export function requestOf(
  call: Call,
  level: number = accessLevels.none,
): { readonly project: Project; readonly request: MergeRequest } {
  const project = projectOf(call, level);
  // A merge request shows code: guests of a private project do not see it.
  if (!canReadCode(call.state, call.caller?.user, project)) throw notFound();
  const request = call.state.mergeRequests.find(
    (each) => each.projectId === project.id && String(each.iid) === call.path.iid,
  );
  if (!request) throw notFound();
  return { project, request };
}

function projectById(call: Call, request: MergeRequest): Project {
  const project = call.state.projects.find(({ id }) => id === request.projectId);
  if (!project) throw notFound("Project");
  return project;
}

function changes(call: Call, project: Project, request: MergeRequest) {
  return request.sha === "" ? [] : diff(repositoryOf(call.context, project), request.baseSha, request.sha);
}

type Filters = { [K in keyof typeof filters]?: unknown } & { iids?: number[]; labels?: string[]; search?: string };

function list(call: Call, from: readonly MergeRequest[], values: Filters) {
  const author = call.state.users.find(({ username }) => username === values.author_username)?.id;
  const found = from.filter(
    (request) =>
      (!values.state || values.state === "all" || request.state === values.state) &&
      (!values.source_branch || request.sourceBranch === values.source_branch) &&
      (!values.target_branch || request.targetBranch === values.target_branch) &&
      (values.author_id === undefined || request.authorId === values.author_id) &&
      (!values.author_username || request.authorId === author) &&
      (!values.iids || values.iids.includes(request.iid)) &&
      (!values.labels || values.labels.every((label) => request.labels.includes(label))) &&
      (!values.created_after || request.createdAt >= String(values.created_after)) &&
      (!values.updated_after || request.updatedAt >= String(values.updated_after)) &&
      (!values.search ||
        `${request.title} ${request.description ?? ""}`.toLowerCase().includes(values.search.toLowerCase())),
  );
  const key = (request: MergeRequest) =>
    values.order_by === "updated_at"
      ? request.updatedAt
      : values.order_by === "title"
        ? request.title
        : request.createdAt;
  const direction = values.sort === "asc" ? 1 : -1;
  found.sort((a, b) => (key(a) < key(b) ? -direction : key(a) > key(b) ? direction : direction * (a.id - b.id)));
  return page(call, found, (request) => mergeRequestView(call.context, projectById(call, request), request));
}

type Attributes = { [K in keyof typeof attributes]?: unknown } & {
  labels?: string[];
  add_labels?: string[];
  remove_labels?: string[];
};

/** Attributes as given, in the state's words; what was not given is absent. */
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

async function open(
  call: Call,
  values: Attributes & { source_branch: string; target_branch: string; title: string; target_project_id?: number },
) {
  const project = projectOf(call, accessLevels.developer);
  const { source_branch: source, target_branch: target } = values;
  if (project.archived || project.settings.merge_requests_access_level === "disabled") throw forbidden();
  if (values.target_project_id !== undefined && values.target_project_id !== project.id)
    throw fault(400, "target_project_id is invalid: forks are not served");
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
  sendMergeRequestEvent(call.context, project, request, userOf(call), "open");
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
export async function updateRequest(call: Call, values: Attributes & { target_branch?: string; state_event?: string }) {
  const { project, request } = requestOf(call);
  const user = userOf(call);
  call.role = Math.max(call.role, accessLevels.developer);
  if (projectLevel(call.state, user, project) < accessLevels.developer && request.authorId !== user.id)
    throw forbidden();
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
  sendMergeRequestEvent(call.context, project, request, user, values.state_event ?? "update");
  return ok(await fullMergeRequest(call.context, project, request, user));
}

/** How a merge request is to be merged. */
interface AcceptValues {
  sha?: string;
  squash?: boolean;
  should_remove_source_branch?: boolean;
  merge_commit_message?: string;
  squash_commit_message?: string;
}

/** Merges a merge request. @throws Problem as the API words it: 401, 405, 406, 409, 422 */
export async function acceptRequest(call: Call, values: AcceptValues) {
  const { project, request } = requestOf(call, accessLevels.guest);
  const user = userOf(call);
  const { sourceBranch: source, targetBranch: target } = request;
  call.role = Math.max(call.role, accessLevels.developer);
  return call.context.locks.run(`repository ${project.id}`, async () => {
    if (!canMerge(call.state, user, project, target) && !canPush(call.state, user, project, target))
      throw unauthorized();
    const seen = await examine(call.context, project, request);
    if (seen.status === "conflict") throw problem(406, "Branch cannot be merged");
    if (seen.status !== "mergeable" || !seen.head || !seen.target) throw problem(405, "405 Method Not Allowed");
    if (values.sha && values.sha !== seen.head)
      throw problem(409, `SHA does not match HEAD of source branch: ${seen.head}`);
    const remove = values.should_remove_source_branch ?? request.removeSourceBranch;
    const options = {
      mergeMessage: values.merge_commit_message,
      squashMessage: values.squash_commit_message,
      squash: values.squash ?? request.squash,
      removeSourceBranch: remove && canPush(call.state, user, project, source),
    };
    const { head, target: before } = seen;
    await mergeRequest(call.context, project, request, user, options, { head, target: before }).catch((error) => {
      throw error instanceof RefMoved ? problem(422, "Branch cannot be merged") : error;
    });
    const after = (await branchHead(repositoryOf(call.context, project), target)) ?? before;
    const moved = [{ ref: `refs/heads/${target}`, before, after }];
    if (options.removeSourceBranch) moved.push({ ref: `refs/heads/${source}`, before: head, after: zeroId });
    await afterPush(call.context, project, user, moved);
    return ok(await fullMergeRequest(call.context, project, request, user));
  });
}
