import { administrator, groupOf, projectOf, userOf } from "../http/lookups.js";
import { accepted, type Call, created, ok, page, type Route, route } from "../http/route.js";
import { groupRoute, projectRoute } from "../http/scoped-routes.js";
import { accessLevels, memberLevels } from "../model/access-level.js";
import { canSeeProject, groupLevel, projectLevel } from "../model/membership.js";
import { findNamespace, isLocked, namespaceById, pathTaken, projectPath } from "../model/namespaces.js";
import type { Kind, Values } from "../model/params.js";
import { apiError, invalid, notFound, problem } from "../model/problem.js";
import { keptAttributes, projectParams } from "../model/project-attributes.js";
import { isWithin, sortBy } from "../model/sorting.js";
import type { User } from "../model/types/accounts.js";
import type { Project, Visibility } from "../model/types/projects.js";
import {
  checkPurge,
  createProject,
  markForDeletion,
  purgeProjects,
  restoreProject,
  updateProject,
} from "../projects.js";
import { projectView, simpleProject } from "../views/project.js";

const { maintainer, owner } = accessLevels;
const visibilities = ["private", "internal", "public"] as const;
const editable = {
  name: "string",
  path: "string",
  visibility: visibilities,
  default_branch: "string",
  tag_list: "strings",
} as const;
const params = { ...projectParams, ...editable } as typeof editable & Record<string, Kind>;
const filters = {
  search: "string",
  owned: "boolean",
  membership: "boolean",
  simple: "boolean",
  archived: "boolean",
  visibility: visibilities,
  min_access_level: memberLevels.map(String),
  order_by: ["id", "name", "path", "created_at", "updated_at", "star_count", "last_activity_at", "similarity"],
  sort: ["asc", "desc"],
  topic: "strings",
  starred: "boolean",
  search_namespaces: "boolean",
  id_after: "integer",
  id_before: "integer",
  last_activity_after: "day",
  last_activity_before: "day",
  updated_after: "day",
  updated_before: "day",
  with_issues_enabled: "boolean",
  with_merge_requests_enabled: "boolean",
  include_pending_delete: "boolean",
} as const;

const groupFilters = { include_subgroups: "boolean", with_shared: "boolean" } as const;

/** @see https://docs.gitlab.com/api/projects/ */
export const projectRoutes: readonly Route[] = [
  route("GET", "/projects", { may: filters, open: true }, (call, values) => list(call, call.state.projects, values)),
  route("GET", "/users/:id/projects", { may: filters, open: true }, (call, values) => {
    const user = call.state.users.find(({ id, username }) => String(id) === call.path.id || username === call.path.id);
    if (!user) throw notFound("User");
    return list(
      call,
      call.state.projects.filter((project) => project.namespaceId === user.namespaceId),
      values,
    );
  }),
  groupRoute(
    "GET",
    "/groups/:id/projects",
    { may: { ...filters, ...groupFilters }, ignores: ["all_available"], open: true },
    (call, group, values) => {
      const inside = new Set([group.id]);
      for (const each of values.include_subgroups ? call.state.groups : [])
        if (inside.has(each.parentId ?? 0)) inside.add(each.id);
      const shared = new Set(
        call.state.shares.filter(({ groupId }) => groupId === group.id).map((each) => each.projectId),
      );
      const found = call.state.projects.filter(
        ({ id, namespaceId }) => inside.has(namespaceId) || (values.with_shared !== false && shared.has(id)),
      );
      return list(call, found, values);
    },
  ),
  projectRoute("GET", "/projects/:id", { open: true }, async (call, project) =>
    ok(call.caller ? await projectView(call.context, project, call.caller.user) : simpleProject(call.context, project)),
  ),
  route(
    "POST",
    "/projects",
    { may: { ...params, namespace_id: "integer", initialize_with_readme: "boolean" } },
    (call, values) => create(call, userOf(call), values),
  ),
  route(
    "POST",
    "/projects/user/:user_id",
    { may: { ...params, initialize_with_readme: "boolean" } },
    (call, values) => {
      administrator(call);
      const user = call.state.users.find(({ id }) => String(id) === call.path.user_id);
      if (!user) throw notFound("User");
      return create(call, user, values);
    },
  ),
  projectRoute("PUT", "/projects/:id", { level: maintainer, may: params }, async (call, project, values) => {
    const settings = attributes(call, values);
    const { name, path, visibility, default_branch: defaultBranch } = values;
    await updateProject(call.context, project, { name, path, visibility, defaultBranch, settings });
    return ok(await projectView(call.context, project, userOf(call)));
  }),
  projectRoute(
    "DELETE",
    "/projects/:id",
    { level: owner, may: { permanently_remove: "boolean", full_path: "string" } },
    (call, project, values) => {
      if (values.permanently_remove) {
        checkPurge(call.context, project, values.full_path);
        setImmediate(
          () => void purgeProjects(call.context, [project]).catch((error) => call.context.log(String(error))),
        );
      } else {
        markForDeletion(project);
      }
      return accepted();
    },
  ),
  projectRoute("POST", "/projects/:id/restore", { level: owner }, async (call, project) => {
    restoreProject(call.context, project);
    return created(await projectView(call.context, project, userOf(call)));
  }),
  route("POST", "/projects/:id/archive", {}, (call) => setArchived(call, true)),
  route("POST", "/projects/:id/unarchive", {}, (call) => setArchived(call, false)),
  projectRoute(
    "PUT",
    "/projects/:id/transfer",
    { level: owner, needs: { namespace: "string" } },
    async (call, project, { namespace: id }) => {
      const namespace = findNamespace(call.state, id);
      if (!namespace || !mayCreateIn(call, userOf(call), namespace.id)) throw notFound("Namespace");
      if (pathTaken(call.state, namespace, project.path))
        throw problem(400, "Transfer failed: project with the same path already exists");
      project.namespaceId = namespace.id;
      return ok(await projectView(call.context, project, userOf(call)));
    },
  ),
  projectRoute(
    "POST",
    "/projects/:id/share",
    {
      level: maintainer,
      needs: { group_id: "integer", group_access: memberLevels.map(String) },
      may: { expires_at: "day" },
    },
    (call, project, values) => {
      const group = groupOf(call, 0, String(values.group_id));
      const namespace = namespaceById(call.state, project.namespaceId);
      if (namespace?.kind === "group" && isLocked(call.state, namespace.group, "share_with_group_lock"))
        throw problem(400, "The project sharing with group is disabled");
      if (call.state.shares.some((share) => share.projectId === project.id && share.groupId === group.id)) {
        throw problem(409, "Group has already been taken");
      }
      const share = {
        projectId: project.id,
        groupId: group.id,
        accessLevel: Number(values.group_access),
        expiresAt: values.expires_at ?? null,
      };
      call.state.shares.push(share);
      return created({
        id: group.id,
        project_id: project.id,
        group_id: group.id,
        group_access: share.accessLevel,
        expires_at: share.expiresAt,
      });
    },
  ),
  projectRoute("DELETE", "/projects/:id/share/:group_id", { level: maintainer }, (call, project) => {
    const at = call.state.shares.findIndex(
      (share) => share.projectId === project.id && String(share.groupId) === call.path.group_id,
    );
    if (at < 0) throw notFound("Group Link");
    call.state.shares.splice(at, 1);
    return { status: 204 };
  }),
  // Push rules need Premium; a project without push rules answers the same there.
  projectRoute("GET", "/projects/:id/push_rule", { level: maintainer }, () => {
    throw notFound("Push Rule");
  }),
];

type EditValues = { [K in keyof typeof editable]?: unknown } & {
  name?: string;
  path?: string;
  visibility?: Visibility;
  default_branch?: string;
  namespace_id?: number;
  initialize_with_readme?: boolean;
};

async function create(call: Call, creator: User, values: EditValues) {
  if (!values.name && !values.path)
    throw apiError(400, "name, path are missing, at least one parameter must be provided");
  const namespaceId = values.namespace_id ?? creator.namespaceId;
  const namespace = namespaceById(call.state, namespaceId);
  if (!namespace || !mayCreateIn(call, creator, namespaceId)) throw invalid({ namespace: ["is not valid"] });
  const project = await createProject(call.context, creator, namespace, {
    name: values.name,
    path: values.path,
    visibility: values.visibility,
    defaultBranch: values.default_branch,
    readme: values.initialize_with_readme,
    settings: attributes(call, values),
  });
  return created(await projectView(call.context, project, creator));
}

/** The attributes to be stored. @throws Problem for an attribute that needs a licence */
function attributes(call: Call, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (Number(values.approvals_before_merge ?? 0) > 0 && call.context.settings.tier === "free")
    throw apiError(400, "approvals_before_merge is not served by the embedded GitLab");
  return keptAttributes({ ...values, ...(values.tag_list ? { topics: values.tag_list } : {}) });
}

function mayCreateIn(call: Call, user: User, namespaceId: number): boolean {
  const namespace = namespaceById(call.state, namespaceId);
  if (namespace?.kind === "user") return namespace.user.id === user.id || user.admin;
  if (!namespace) return false;
  const { settings } = namespace.group;
  const wanted = creationLevels[String(settings.project_creation_level ?? "developer")] ?? accessLevels.developer;
  return user.admin || groupLevel(call.state, user, namespace.group) >= wanted;
}

/** Role that a user needs to create a project in a group; administrators always may. */
const creationLevels: Readonly<Record<string, number>> = {
  noone: Number.POSITIVE_INFINITY,
  developer: accessLevels.developer,
  maintainer,
  owner,
  administrator: accessLevels.admin,
};

async function setArchived(call: Call, archived: boolean) {
  const project = projectOf(call, owner);
  project.archived = archived;
  return created(await projectView(call.context, project, userOf(call)));
}

type Filters = Values<Record<never, never>, typeof filters>;

const topicsOf = (project: Project) => (project.settings.topics as string[] | undefined) ?? [];

function list(call: Call, from: readonly Project[], values: Filters) {
  const user = call.caller?.user;
  const member = (project: Project) => projectLevel(call.state, user && { ...user, admin: false }, project);
  const wanted = values.search?.toLowerCase() ?? "";
  const found = from.filter(
    (project) =>
      canSeeProject(call.state, user, project) &&
      projectPath(call.state, project).toLowerCase().includes(wanted) &&
      (!values.owned || member(project) >= owner) &&
      (!values.membership || member(project) > 0) &&
      (!values.min_access_level || member(project) >= Number(values.min_access_level)) &&
      (!values.visibility || project.visibility === values.visibility) &&
      (!values.topic || values.topic.every((topic) => topicsOf(project).includes(topic))) &&
      // Nothing can be starred here.
      !values.starred &&
      (values.id_after === undefined || project.id > values.id_after) &&
      (values.id_before === undefined || project.id < values.id_before) &&
      isWithin(project.lastActivityAt, values.last_activity_after, values.last_activity_before) &&
      isWithin(project.updatedAt, values.updated_after, values.updated_before) &&
      (!values.with_issues_enabled || project.settings.issues_access_level !== "disabled") &&
      (!values.with_merge_requests_enabled || project.settings.merge_requests_access_level !== "disabled") &&
      (values.archived === undefined || project.archived === values.archived),
  );
  const key = (project: Project) =>
    ({
      id: project.id,
      created_at: project.id,
      name: project.name.toLowerCase(),
      path: project.path.toLowerCase(),
      updated_at: project.updatedAt,
      last_activity_at: project.lastActivityAt,
      star_count: 0,
      similarity: 0,
    })[values.order_by ?? "created_at"];
  const render =
    values.simple || !user
      ? simpleProject
      : (context: Call["context"], project: Project) => projectView(context, project, user);
  return page(call, sortBy(found, key, values.sort ?? "desc"), (project) => render(call.context, project));
}
