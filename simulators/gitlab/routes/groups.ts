import { checkGroup, checkGroupPurge, markGroupForDeletion, parentOf, purgeGroup } from "../groups.js";
import { groupOf, userOf } from "../http/lookups.js";
import { accepted, type Call, created, ok, page, type Route, route } from "../http/route.js";
import { groupRoute } from "../http/scoped-routes.js";
import { accessLevels, memberLevels } from "../model/access-level.js";
import { isProtectionLevel } from "../model/default-branch-protection.js";
import { groupParams } from "../model/group-attributes.js";
import { canSeeGroup, groupLevel } from "../model/membership.js";
import { groupPath, lineage } from "../model/namespaces.js";
import type { Values } from "../model/params.js";
import { apiError, forbidden, problem } from "../model/problem.js";
import { nextId } from "../model/server-state.js";
import { sortBy } from "../model/sorting.js";
import type { Group } from "../model/types/projects.js";
import { groupView } from "../views/group.js";
import { simpleProject } from "../views/project.js";

const levels = memberLevels.map(String);
const editable = {
  ...groupParams,
  name: "string",
  path: "string",
  visibility: ["private", "internal", "public"],
} as const;
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

/** @see https://docs.gitlab.com/api/groups/ */
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
      ...groupView(call.context, group),
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
      if (parent && groupLevel(call.state, user, parent) < subgroupLevel(parent)) throw forbidden();
      // On gitlab.com a token cannot make a top-level group.
      if (!parent && call.context.settings.flavour === "gitlab.com" && !user.admin) throw forbidden();
      checkGroup(call.state, values, parent);
      checkAttributes(call, values);
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
      return created(groupView(call.context, group));
    },
  ),
  groupRoute("PUT", "/groups/:id", { level: accessLevels.owner, may: editable }, (call, group, values) => {
    checkAttributes(call, values);
    const { name, path, visibility, ...settings } = values;
    const named = { name: name ?? group.name, path: path ?? group.path };
    checkGroup(call.state, named, parentOf(call.state, group), group);
    Object.assign(group, named, { visibility: visibility ?? group.visibility });
    Object.assign(group.settings, settings);
    return ok(groupView(call.context, group));
  }),
  groupRoute(
    "DELETE",
    "/groups/:id",
    { level: accessLevels.owner, may: { permanently_remove: "boolean", full_path: "string" } },
    (call, group, values) => {
      if (values.permanently_remove) {
        checkGroupPurge(call.state, group, values.full_path);
        setImmediate(() => void purgeGroup(call.context, group).catch((error) => call.context.log(String(error))));
      } else {
        markGroupForDeletion(call.state, group, call.now);
      }
      return accepted();
    },
  ),
  groupRoute("POST", "/groups/:id/restore", { level: accessLevels.owner }, (call, group) => {
    if (!group.before) throw problem(400, "Group has not been marked for deletion");
    checkGroup(call.state, group.before, parentOf(call.state, group), group);
    Object.assign(group, group.before, { before: null, markedForDeletionOn: null });
    return created(groupView(call.context, group));
  }),
];

/** Role that a user needs to create a subgroup. */
function subgroupLevel({ settings }: Group): number {
  return settings.subgroup_creation_level === "owner" ? accessLevels.owner : accessLevels.maintainer;
}

/** @throws Problem for an attribute that would have no effect here */
function checkAttributes(
  call: Call,
  values: {
    readonly default_branch_protection?: number;
    readonly membership_lock?: boolean;
    readonly require_two_factor_authentication?: boolean;
  },
): void {
  const { default_branch_protection: level } = values;
  if (level !== undefined && !isProtectionLevel(level))
    throw apiError(400, "default_branch_protection does not have a valid value");
  // The lock needs a licence, and two-factor sign-in is not served.
  const unserved = [
    ...(values.membership_lock && call.context.settings.tier === "free" ? ["membership_lock"] : []),
    ...(values.require_two_factor_authentication ? ["require_two_factor_authentication"] : []),
  ];
  if (unserved.length > 0)
    throw apiError(400, unserved.map((name) => `${name} is not served by the embedded GitLab`).join(", "));
}

type Filters = Values<Record<never, never>, typeof filters>;

function list(call: Call, from: readonly Group[], values: Filters) {
  const user = call.caller?.user;
  // Without all_available only the caller's own groups are listed.
  const member = values.all_available === false ? accessLevels.minimal : accessLevels.none;
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
  const key = (group: Group) =>
    values.order_by === "id" ? group.id : (values.order_by === "path" ? group.path : group.name).toLowerCase();
  return page(call, sortBy(found, key, values.sort ?? "asc"), (group) => groupView(call.context, group));
}
