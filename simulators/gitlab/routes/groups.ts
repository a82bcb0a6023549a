import { groupOf, userOf } from "../http/lookups.js";
import { accepted, type Call, created, ok, page, type Route, route } from "../http/route.js";
import { groupRoute } from "../http/scoped-routes.js";
import { accessLevels, memberLevels } from "../model/access-level.js";
import { canSeeGroup, groupLevel } from "../model/membership.js";
import {
  findNamespace,
  groupName,
  groupPath,
  lineage,
  type Namespace,
  namespaceById,
  pathTaken,
} from "../model/namespaces.js";
import { nameErrors, pathErrors } from "../model/paths.js";
import { forbidden, invalid, notFound, problem } from "../model/problem.js";
import { nextId, removeWhere } from "../model/server-state.js";
import type { Group } from "../model/types/projects.js";
import { markForDeletion, purgeProjects } from "../projects.js";
import { namespaceView, simpleProject } from "../views/project.js";

const levels = memberLevels.map(String);
const kept = {
  description: "string",
  default_branch: "string",
  default_branch_protection: "integer",
  default_branch_protection_defaults: "object",
  project_creation_level: ["noone", "owner", "maintainer", "developer", "administrator"],
  subgroup_creation_level: ["owner", "maintainer"],
  request_access_enabled: "boolean",
  lfs_enabled: "boolean",
  auto_devops_enabled: "boolean",
  emails_enabled: "boolean",
  mentions_disabled: "boolean",
  share_with_group_lock: "boolean",
  require_two_factor_authentication: "boolean",
  two_factor_grace_period: "integer",
  membership_lock: "boolean",
  prevent_forking_outside_group: "boolean",
  shared_runners_setting: "string",
  wiki_access_level: ["disabled", "private", "enabled"],
} as const;
const editable = { ...kept, name: "string", path: "string", visibility: ["private", "internal", "public"] } as const;
const filters = {
  search: "string",
  owned: "boolean",
  top_level_only: "boolean",
  all_available: "boolean",
  min_access_level: levels,
  visibility: ["private", "internal", "public"],
  skip_groups: "integers",
  order_by: ["name", "path", "id", "similarity"],
  sort: ["asc", "desc"],
} as const;

const namespaceFilters = { search: "string", owned_only: "boolean", top_level_only: "boolean" } as const;

/** @see https://docs.gitlab.com/api/groups/ and https://docs.gitlab.com/api/namespaces/ */
export const groupRoutes: readonly Route[] = [
  route("GET", "/groups", { may: filters, open: true }, (call, values) => list(call, call.state.groups, values)),
  groupRoute("GET", "/groups/:id/subgroups", { may: filters, open: true }, (call, { id }, values) =>
    list(
      call,
      call.state.groups.filter((group) => group.parentId === id),
      values,
    ),
  ),
  groupRoute("GET", "/groups/:id/descendant_groups", { may: filters, open: true }, (call, top, values) =>
    list(
      call,
      call.state.groups.filter((group) => group !== top && lineage(call.state, group).includes(top)),
      values,
    ),
  ),
  groupRoute("GET", "/groups/:id", { may: { with_projects: "boolean" }, open: true }, (call, group, values) => {
    const projects = call.state.projects.filter((project) => project.namespaceId === group.id);
    const listed = projects.map((project) => simpleProject(call.context, project));
    return ok({
      ...view(call, group),
      ...(values.with_projects !== false && { projects: listed, shared_projects: [] }),
    });
  }),
  route(
    "POST",
    "/groups",
    { needs: { name: "string", path: "string" }, may: { ...editable, parent_id: "integer" } },
    (call, values) => {
      const user = userOf(call);
      const parent = values.parent_id === undefined ? undefined : groupOf(call, 0, String(values.parent_id));
      if (parent && groupLevel(call.state, user, parent) < accessLevels.maintainer) throw forbidden();
      // On gitlab.com a token cannot make a top-level group.
      if (!parent && call.context.settings.flavour === "gitlab.com" && !user.admin) throw forbidden();
      check(call, values.name, values.path, parent);
      const { name, path, visibility, parent_id: _, ...settings } = values;
      const now = call.now.toISOString();
      const group: Group = {
        id: nextId(call.state, "namespace"),
        path,
        name,
        parentId: parent?.id ?? null,
        visibility: visibility ?? "private",
        createdAt: now,
        markedForDeletionOn: null,
        before: null,
        settings,
      };
      call.state.groups.push(group);
      const member = { source: "group" as const, sourceId: group.id, userId: user.id, accessLevel: accessLevels.owner };
      if (!parent) call.state.members.push({ ...member, expiresAt: null, createdAt: now, createdBy: user.id });
      return created(view(call, group));
    },
  ),
  groupRoute("PUT", "/groups/:id", { level: accessLevels.owner, may: editable }, (call, group, values) => {
    const { name, path, visibility, ...settings } = values;
    const parent = call.state.groups.find(({ id }) => id === group.parentId);
    check(call, name ?? group.name, path ?? group.path, parent, group);
    Object.assign(group, {
      name: name ?? group.name,
      path: path ?? group.path,
      visibility: visibility ?? group.visibility,
    });
    Object.assign(group.settings, settings);
    return ok(view(call, group));
  }),
  groupRoute(
    "DELETE",
    "/groups/:id",
    { level: accessLevels.owner, may: { permanently_remove: "boolean", full_path: "string" } },
    (call, group, values) => {
      if (values.permanently_remove) {
        if (!group.markedForDeletionOn) throw problem(400, "Group must be marked for deletion first.");
        if (values.full_path !== groupPath(call.state, group)) {
          throw problem(400, "`full_path` is incorrect. You must enter the complete path for the subgroup.");
        }
        setImmediate(() => void purge(call, group).catch((error) => call.context.log(String(error))));
      } else {
        if (group.markedForDeletionOn) throw problem(400, "Group has been already marked for deletion");
        group.before = { path: group.path, name: group.name };
        group.markedForDeletionOn = call.now.toISOString().slice(0, 10);
        group.path = `${group.path}-deletion_scheduled-${group.id}`;
        group.name = `${group.name}-deletion_scheduled-${group.id}`;
        for (const project of call.state.projects) {
          if (project.namespaceId === group.id && !project.markedForDeletionOn) markForDeletion(project);
        }
      }
      return accepted();
    },
  ),
  groupRoute("POST", "/groups/:id/restore", { level: accessLevels.owner }, (call, group) => {
    if (!group.before) throw problem(400, "Group has not been marked for deletion");
    const parent = call.state.groups.find(({ id }) => id === group.parentId);
    check(call, group.before.name, group.before.path, parent, group);
    Object.assign(group, group.before, { before: null, markedForDeletionOn: null });
    return created(view(call, group));
  }),
  route("GET", "/namespaces", { may: namespaceFilters }, (call, { search, owned_only, top_level_only }) => {
    const user = userOf(call);
    const own: Namespace = { kind: "user", id: user.namespaceId, user };
    const groups = call.state.groups.filter(
      (group) =>
        canSeeGroup(call.state, user, group) &&
        (!owned_only || groupLevel(call.state, user, group) >= accessLevels.owner) &&
        (!top_level_only || group.parentId === null),
    );
    const all: Namespace[] = [own, ...groups.map((group) => ({ kind: "group" as const, id: group.id, group }))];
    const views = all.map((namespace) => namespaceView(call.context, namespace));
    return page(
      call,
      views.filter((each) => !search || String(each?.full_path).includes(search)),
      (each) => each,
    );
  }),
  route("GET", "/namespaces/:id", {}, (call) => {
    const namespace = findNamespace(call.state, call.path.id ?? "");
    const visible =
      namespace &&
      (namespace.kind === "user"
        ? namespace.user === userOf(call) || userOf(call).admin
        : canSeeGroup(call.state, userOf(call), namespace.group));
    if (!namespace || !visible) throw notFound("Namespace");
    return ok({ ...namespaceView(call.context, namespace), ...plan(call, namespace) });
  }),
  route("GET", "/namespaces/:id/exists", { may: { parent_id: "integer" } }, (call, values) => {
    userOf(call);
    const parent = values.parent_id === undefined ? undefined : namespaceById(call.state, values.parent_id);
    const { id = "" } = call.path;
    const exists = pathTaken(call.state, parent, id);
    return ok({ exists, suggests: exists ? [`${id}1`] : [] });
  }),
];

/** Owners learn what their namespace is subscribed to; only gitlab.com has subscriptions. */
function plan(call: Call, namespace: Namespace): { readonly plan?: string } {
  const user = userOf(call);
  const owns = namespace.kind === "user" || groupLevel(call.state, user, namespace.group) >= accessLevels.owner;
  if (!owns) return {};
  return { plan: call.context.settings.flavour === "gitlab.com" ? call.context.settings.tier : "default" };
}

async function purge(call: Call, top: Group): Promise<void> {
  const groups = call.state.groups.filter((group) => lineage(call.state, group).includes(top));
  const ids = new Set(groups.map((group) => group.id));
  await purgeProjects(
    call.context,
    call.state.projects.filter((project) => ids.has(project.namespaceId)),
  );
  removeWhere(call.state.members, (member) => member.source === "group" && ids.has(member.sourceId));
  removeWhere(call.state.shares, (share) => ids.has(share.groupId));
  removeWhere(call.state.tokens, ({ owner }) => owner.kind === "group" && ids.has(owner.id));
  removeWhere(call.state.deployTokens, ({ owner }) => owner.kind === "group" && ids.has(owner.id));
  removeWhere(call.state.variables, ({ owner }) => owner.kind === "group" && ids.has(owner.id));
  removeWhere(call.state.groups, (group) => ids.has(group.id));
  await call.context.store.save();
}

function check(call: Call, name: string, path: string, parent: Group | undefined, self?: Group): void {
  const namespace = parent && ({ kind: "group", id: parent.id, group: parent } as const);
  const taken = self?.path !== path && pathTaken(call.state, namespace, path);
  const path_ = [...pathErrors(path, "namespace"), ...(taken ? ["has already been taken"] : [])];
  const name_ = nameErrors(name);
  if (path_.length + name_.length > 0)
    throw invalid({ ...(name_.length && { name: name_ }), ...(path_.length && { path: path_ }) });
}

function list(
  call: Call,
  from: readonly Group[],
  values: {
    search?: string;
    owned?: boolean;
    top_level_only?: boolean;
    all_available?: boolean;
    min_access_level?: string;
    visibility?: string;
    skip_groups?: number[];
    order_by?: string;
    sort?: string;
  },
) {
  const user = call.caller?.user;
  // Without all_available these are the groups of which one is a member.
  const member = values.all_available === false ? accessLevels.minimal : 0;
  const least = values.owned ? accessLevels.owner : Number(values.min_access_level ?? member);
  const found = from.filter(
    (group) =>
      canSeeGroup(call.state, user, group) &&
      groupLevel(call.state, user, group) >= least &&
      (!values.top_level_only || group.parentId === null) &&
      (!values.visibility || group.visibility === values.visibility) &&
      !values.skip_groups?.includes(group.id) &&
      (!values.search || groupPath(call.state, group).includes(values.search.toLowerCase())),
  );
  const key = (group: Group) => {
    if (values.order_by === "id") return group.id;
    return (values.order_by === "path" ? group.path : group.name).toLowerCase();
  };
  const direction = values.sort === "desc" ? -1 : 1;
  found.sort((a, b) => direction * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id));
  return page(call, found, (group) => view(call, group));
}

function view(call: Call, group: Group): Record<string, unknown> {
  const path = groupPath(call.state, group);
  return {
    id: group.id,
    web_url: `${call.context.url}/groups/${path}`,
    name: group.name,
    path: group.path,
    description: "",
    visibility: group.visibility,
    share_with_group_lock: false,
    require_two_factor_authentication: false,
    two_factor_grace_period: 48,
    project_creation_level: "developer",
    auto_devops_enabled: null,
    subgroup_creation_level: "maintainer",
    emails_disabled: false,
    emails_enabled: true,
    mentions_disabled: null,
    lfs_enabled: true,
    default_branch: null,
    default_branch_protection: 2,
    default_branch_protection_defaults: {
      allowed_to_push: [{ access_level: 40 }],
      allow_force_push: false,
      allowed_to_merge: [{ access_level: 40 }],
      developer_can_initial_push: false,
    },
    avatar_url: null,
    request_access_enabled: true,
    full_name: groupName(call.state, group),
    full_path: path,
    created_at: group.createdAt,
    parent_id: group.parentId,
    shared_runners_setting: "enabled",
    wiki_access_level: "enabled",
    membership_lock: false,
    prevent_forking_outside_group: null,
    ...group.settings,
    marked_for_deletion_on: group.markedForDeletionOn,
    shared_with_groups: [],
    ldap_cn: null,
    ldap_access: null,
    file_template_project_id: null,
  };
}
