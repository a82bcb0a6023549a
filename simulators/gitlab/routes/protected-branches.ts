import { projectOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { accessLevels, protectionLevels } from "../model/access-level.js";
import { apiError, invalid, notFound, problem } from "../model/problem.js";
import { roleAccess } from "../model/protection.js";
import { nextId, removeWhere } from "../model/server-state.js";
import type { Project } from "../model/types/projects.js";
import type { BranchAccess, ProtectedBranch } from "../model/types/protection.js";
import { protectedBranchView } from "../views/branch.js";

const rules = {
  push_access_level: "integer",
  merge_access_level: "integer",
  unprotect_access_level: "integer",
  allow_force_push: "boolean",
  code_owner_approval_required: "boolean",
  allowed_to_push: "objects",
  allowed_to_merge: "objects",
  allowed_to_unprotect: "objects",
} as const;

/** @see https://docs.gitlab.com/api/protected_branches/ */
export const protectedBranchRoutes: readonly Route[] = [
  projectRoute(
    "GET",
    "/projects/:id/protected_branches",
    { level: accessLevels.maintainer, may: { search: "string" } },
    (call, project, { search }) => {
      const found = call.state.protectedBranches.filter(
        (rule) => rule.projectId === project.id && rule.name.includes(search ?? ""),
      );
      return page(call, found, (rule) => protectedBranchView(call.context, rule));
    },
  ),
  route("GET", "/projects/:id/protected_branches/:name", {}, (call) =>
    ok(protectedBranchView(call.context, existing(call, projectOf(call, accessLevels.maintainer)))),
  ),
  projectRoute(
    "POST",
    "/projects/:id/protected_branches",
    { level: accessLevels.maintainer, needs: { name: "string" }, may: rules },
    (call, project, values) => {
      if (call.state.protectedBranches.some((rule) => rule.projectId === project.id && rule.name === values.name)) {
        throw problem(409, `Protected branch '${values.name}' already exists`);
      }
      checkTier(call, values);
      const rule: ProtectedBranch = {
        id: nextId(call.state, "protectedBranch"),
        projectId: project.id,
        name: values.name,
        push: accesses(call, values.push_access_level, values.allowed_to_push),
        merge: accesses(call, values.merge_access_level, values.allowed_to_merge),
        unprotect: accesses(call, values.unprotect_access_level, values.allowed_to_unprotect),
        allowForcePush: values.allow_force_push ?? false,
        codeOwnerApprovalRequired: values.code_owner_approval_required ?? false,
      };
      call.state.protectedBranches.push(rule);
      if (rule.name === project.defaultBranch) project.protectionPending = false;
      return created(protectedBranchView(call.context, rule));
    },
  ),
  route("PATCH", "/projects/:id/protected_branches/:name", { may: rules }, (call, values) => {
    const rule = existing(call, projectOf(call, accessLevels.maintainer));
    checkTier(call, values);
    const merged = {
      push: merge(call, rule.push, values.allowed_to_push),
      merge: merge(call, rule.merge, values.allowed_to_merge),
      unprotect: merge(call, rule.unprotect, values.allowed_to_unprotect),
    };
    Object.assign(rule, merged);
    if (values.allow_force_push !== undefined) rule.allowForcePush = values.allow_force_push;
    if (values.code_owner_approval_required !== undefined)
      rule.codeOwnerApprovalRequired = values.code_owner_approval_required;
    return ok(protectedBranchView(call.context, rule));
  }),
  projectRoute(
    "DELETE",
    "/projects/:id/protected_branches/:name",
    { level: accessLevels.maintainer },
    (call, project) => {
      const gone = existing(call, project);
      removeWhere(call.state.protectedBranches, (rule) => rule === gone);
      if (gone.name === project.defaultBranch) project.protectionPending = false;
      return noContent();
    },
  ),
];

function existing(call: Call, project: Project): ProtectedBranch {
  const found = call.state.protectedBranches.find(
    (rule) => rule.projectId === project.id && rule.name === call.path.name,
  );
  if (!found) throw notFound();
  return found;
}

/** Entries for users and groups are refused on Free with the words of the licence check; a role alone is for everybody. */
function checkTier(call: Call, values: { [name: string]: unknown; code_owner_approval_required?: boolean }): void {
  if (call.context.settings.tier === "premium") return;
  const lists = [values.allowed_to_push, values.allowed_to_merge, values.allowed_to_unprotect].flat() as Record<
    string,
    unknown
  >[];
  const premium = lists.some(
    (entry) =>
      entry && (entry.user_id !== undefined || entry.group_id !== undefined || entry.deploy_key_id !== undefined),
  );
  if (premium)
    throw invalid({ base: ["Protected branch access for users, groups and deploy keys requires GitLab Premium"] });
  if (values.code_owner_approval_required) throw problem(403, "403 Forbidden");
}

function accesses(
  call: Call,
  level: number | undefined,
  entries: readonly Record<string, unknown>[] | undefined,
): BranchAccess[] {
  const listed = (entries ?? []).map((entry) => access(call, entry));
  if (listed.length > 0 && level === undefined) return listed;
  return [access(call, { access_level: level ?? accessLevels.maintainer }), ...listed];
}

function access(call: Call, entry: Readonly<Record<string, unknown>>): BranchAccess {
  const number = (value: unknown) => (value === undefined || value === null ? null : Number(value));
  const [userId, groupId, deployKeyId] = [number(entry.user_id), number(entry.group_id), number(entry.deploy_key_id)];
  if (userId !== null || groupId !== null || deployKeyId !== null) {
    return { id: nextId(call.state, "branchAccess"), accessLevel: null, userId, groupId, deployKeyId };
  }
  const level = number(entry.access_level) ?? Number.NaN;
  if (!protectionLevels.includes(level)) throw apiError(400, "push_access_level does not have a valid value");
  return roleAccess(call.state, level);
}

/** PATCH adds entries, replaces those named by id and removes those marked `_destroy`. */
function merge(
  call: Call,
  current: readonly BranchAccess[],
  entries: readonly Record<string, unknown>[] | undefined,
): BranchAccess[] {
  let result = [...current];
  for (const entry of entries ?? []) {
    const id = entry.id === undefined ? undefined : Number(entry.id);
    if (id !== undefined && !result.some((each) => each.id === id)) throw notFound();
    if (id !== undefined) result = result.filter((each) => each.id !== id);
    if (entry._destroy !== true && entry._destroy !== "true") result.push(access(call, entry));
  }
  return result;
}
