import { diff } from "../git/diff.js";
import { branchHead, countCommits, log } from "../git/queries.js";
import { requireFeature, userOf } from "../http/lookups.js";
import { type Call, noContent, ok, page, type Route, route } from "../http/route.js";
import { codeRoute, groupRoute, requestRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { labelNamed } from "../model/labels.js";
import { canReadCode } from "../model/membership.js";
import { filterMergeRequests, type MergeRequestFilters, mergeRequestFilters } from "../model/merge-request-filter.js";
import { lineage, namespaceById } from "../model/namespaces.js";
import { apiError, notFound } from "../model/problem.js";
import { removeWhere } from "../model/server-state.js";
import type { MergeRequest, MergeRequestVersion } from "../model/types/merge-requests.js";
import type { Label, Project } from "../model/types/projects.js";
import { commitView, diffView } from "../views/commit.js";
import { fullMergeRequest, mergeRequestView, simpleMergeRequest } from "../views/merge-request.js";
import { userById } from "../views/user.js";
import { mergeRequestAttributes, openRequest, updateRequest } from "./merge-request-edits.js";

const base = "/projects/:id/merge_requests";
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
  groupRoute(
    "GET",
    "/groups/:id/merge_requests",
    { may: { ...mergeRequestFilters, non_archived: "boolean" }, open: true },
    (call, group, values) => {
      const inside = call.state.mergeRequests.filter((request) => {
        const project = projectById(call, request);
        const namespace = namespaceById(call.state, project.namespaceId);
        const within = namespace?.kind === "group" && lineage(call.state, namespace.group).includes(group);
        return within && canReadCode(call.state, call.caller?.user, project);
      });
      return list(call, archivedOr(call, inside, values.non_archived ?? true), values);
    },
  ),
  codeRoute("GET", base, { may: { ...mergeRequestFilters, iids: "integers" }, open: true }, (call, project, values) => {
    requireFeature(call, project, "merge_requests_access_level");
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
      may: { ...mergeRequestAttributes, target_project_id: "integer" },
    },
    openRequest,
  ),
  requestRoute("GET", `${base}/:iid`, { may: reading, open: true }, async (call, { project, request }, values) => {
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
    { may: { ...mergeRequestAttributes, target_branch: "string", state_event: ["close", "reopen"] } },
    updateRequest,
  ),
  requestRoute("DELETE", `${base}/:iid`, { level: accessLevels.owner }, (call, { request }) => {
    removeWhere(call.state.mergeRequests, (each) => each === request);
    return noContent();
  }),
  requestRoute("GET", `${base}/:iid/changes`, { open: true }, async (call, { project, request }) => {
    const full = await fullMergeRequest(call.context, project, request, call.caller?.user);
    return ok({ ...full, changes: (await changes(call, project, request)).map(diffView), overflow: false });
  }),
  requestRoute("GET", `${base}/:iid/diffs`, { open: true }, async (call, { project, request }) =>
    page(call, await changes(call, project, request), diffView),
  ),
  requestRoute("GET", `${base}/:iid/commits`, { open: true }, async (call, { project, request }) => {
    const commits =
      request.sha === "" ? [] : await log(repositoryOf(call.context, project), [`${request.baseSha}..${request.sha}`]);
    return page(call, commits, (commit) => commitView(call.context, project, commit));
  }),
  requestRoute("GET", `${base}/:iid/participants`, { open: true }, (call, { request }) => {
    const ids = [request.authorId, ...request.assigneeIds, ...request.reviewerIds];
    return page(call, [...new Set(ids)], (id) => userById(call.context, id));
  }),
  requestRoute("GET", `${base}/:iid/closes_issues`, { open: true }, (call) => page(call, [], (none) => none)),
  requestRoute("GET", `${base}/:iid/versions`, { open: true }, (call, { request }) =>
    page(call, [...(request.versions ?? [])].reverse(), (version) => versionView(request, version)),
  ),
  requestRoute(
    "GET",
    `${base}/:iid/versions/:version_id`,
    { may: { unidiff: "boolean" }, open: true },
    async (call, { project, request }, values) => {
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
