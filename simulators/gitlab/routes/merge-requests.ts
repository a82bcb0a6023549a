import { diff } from "../git/diff.js";
import { branchHead, countCommits, log } from "../git/queries.js";
import {
  type Call,
  created,
  groupOf,
  noContent,
  ok,
  page,
  projectOf,
  type Route,
  route,
  userOf,
} from "../http/route.js";
import { repositoryOf } from "../http/server-context.js";
import { closeRequest, diffRefs, keepHead } from "../merge-requests.js";
import { accessLevels } from "../model/access-level.js";
import { labelNamed, settleLabels } from "../model/labels.js";
import { canReadCode, projectLevel } from "../model/membership.js";
import { filterMergeRequests, type MergeRequestFilters, mergeRequestFilters } from "../model/merge-request-filter.js";
import { lineage, namespaceById } from "../model/namespaces.js";
import { apiError, forbidden, invalid, notFound, problem } from "../model/problem.js";
import { nextId, removeWhere } from "../model/server-state.js";
import type { MergeRequest, MergeRequestVersion } from "../model/types/merge-requests.js";
import type { Label, Project } from "../model/types/projects.js";
import { commitView, diffView } from "../views/commit.js";
import { fullMergeRequest, mergeRequestView, simpleMergeRequest } from "../views/merge-request.js";
import { changesBetween, sendMergeRequestEvent } from "../views/merge-request-event.js";
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
const reading = { include_rebase_in_progress: "boolean", include_diverged_commits_count: "boolean" } as const;

/** @see https://docs.gitlab.com/api/merge_requests/ */
export const mergeRequestRoutes: readonly Route[] = [
  // Without a scope these are the caller's own.
  route("GET", "/merge_requests", { may: { ...mergeRequestFilters, non_archived: "boolean" } }, (call, values) => {
    const visible = call.state.mergeRequests.filter((request) =>
      canReadCode(call.state, userOf(call), projectById(call, request)),
    );
    return list(call, archivedOr(call, visible, values.non_archived ?? false), { scope: "created_by_me", ...values });
  }),
  route(
    "GET",
    "/groups/:id/merge_requests",
    { may: { ...mergeRequestFilters, non_archived: "boolean" }, open: true },
    (call, values) => {
      const group = groupOf(call);
      const inside = call.state.mergeRequests.filter((request) => {
        const project = projectById(call, request);
        const namespace = namespaceById(call.state, project.namespaceId);
        const within = namespace?.kind === "group" && lineage(call.state, namespace.group).includes(group);
        return within && canReadCode(call.state, call.caller?.user, project);
      });
      return list(call, archivedOr(call, inside, values.non_archived ?? true), values);
    },
  ),
  route("GET", base, { may: { ...mergeRequestFilters, iids: "integers" }, open: true }, (call, values) => {
    const project = codeOf(call);
    const found = call.state.mergeRequests.filter(
      ({ projectId, iid }) => projectId === project.id && (!values.iids || values.iids.includes(iid)),
    );
    return list(call, found, values);
  }),
  route(
    "POST",
    base,
    {
      needs: { source_branch: "string", target_branch: "string", title: "string" },
      may: { ...attributes, target_project_id: "integer" },
    },
    openRequest,
  ),
  route("GET", `${base}/:iid`, { may: reading, open: true }, async (call, values) => {
    const { project, request } = requestOf(call);
    const full = await fullMergeRequest(call.context, project, request, call.caller?.user);
    const ahead = request.sha !== "" && request.state === "opened";
    return ok({
      ...full,
      ...(values.include_rebase_in_progress && { rebase_in_progress: false }),
      ...(values.include_diverged_commits_count && {
        diverged_commits_count: ahead ? await behind(call, project, request) : 0,
      }),
    });
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
  route("GET", `${base}/:iid/closes_issues`, { open: true }, (call) => {
    requestOf(call);
    return page(call, [], (none) => none);
  }),
  route("GET", `${base}/:iid/versions`, { open: true }, (call) => {
    const { request } = requestOf(call);
    return page(call, [...(request.versions ?? [])].reverse(), (version) => versionView(request, version));
  }),
  route(
    "GET",
    `${base}/:iid/versions/:version_id`,
    { may: { unidiff: "boolean" }, open: true },
    async (call, values) => {
      const { project, request } = requestOf(call);
      const version = request.versions?.find(({ id }) => String(id) === call.path.version_id);
      if (!version) throw notFound();
      if (values.unidiff) throw apiError(400, "unidiff is not served by the embedded GitLab");
      const repository = repositoryOf(call.context, project);
      const commits = await log(repository, [`${version.baseSha}..${version.sha}`]);
      const diffs = await diff(repository, version.baseSha, version.sha);
      return ok({
        ...versionView(request, version),
        commits: commits.map((commit) => commitView(call.context, project, commit)),
        diffs: diffs.map(diffView),
      });
    },
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

/** Commits of the target branch that the source branch lacks. */
async function behind(call: Call, project: Project, request: MergeRequest): Promise<number> {
  const repository = repositoryOf(call.context, project);
  const target = await branchHead(repository, request.targetBranch);
  return target ? countCommits(repository, `${request.sha}..${target}`) : 0;
}

function versionView(request: MergeRequest, version: MergeRequestVersion): Record<string, unknown> {
  return {
    id: version.id,
    head_commit_sha: version.sha,
    base_commit_sha: version.baseSha,
    start_commit_sha: version.startSha,
    created_at: version.createdAt,
    merge_request_id: request.id,
    state: "collected",
    real_size: null,
    patch_id_sha: null,
  };
}

function changes(call: Call, project: Project, request: MergeRequest) {
  return request.sha === "" ? [] : diff(repositoryOf(call.context, project), request.baseSha, request.sha);
}

function archivedOr(call: Call, from: readonly MergeRequest[], only: boolean): readonly MergeRequest[] {
  return only ? from.filter((request) => !projectById(call, request).archived) : from;
}

function list(call: Call, from: readonly MergeRequest[], values: MergeRequestFilters) {
  const found = filterMergeRequests(call.state, from, values, { id: call.caller?.user.id });
  return page(call, found, async (request) => {
    const project = projectById(call, request);
    if (values.view === "simple") return simpleMergeRequest(call.context, project, request);
    const view = await mergeRequestView(call.context, project, request);
    if (!values.with_labels_details) return view;
    return { ...view, labels: request.labels.map((name) => labelNamed(call.state, project, name)).map(detailedLabel) };
  });
}

const detailedLabel = (label: Label | undefined) =>
  label && {
    id: label.id,
    name: label.name,
    description: label.description,
    description_html: label.description ?? "",
    text_color: "#FFFFFF",
    color: label.color,
    archived: false,
  };

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
