import { collection, ofProject } from "../http/collection.js";
import { projectOf } from "../http/lookups.js";
import { type Call, created, ok, page, type Route, route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { accessLevels, protectionLevels } from "../model/access-level.js";
import { apiError, invalid, notFound, problem } from "../model/problem.js";
import { roleAccess } from "../model/protection.js";
import { nextId } from "../model/server-state.js";
import type { BranchAccess, ProtectedBranch } from "../model/types/protection.js";
import { protectedBranchView } from "../views/branch.js";

const branches = collection<ProtectedBranch>({
  path: "/projects/:id/protected_branches",
  part: "name",
  all: ({ protectedBranches }) => protectedBranches,
  owned: ofProject(({ protectedBranches }) => protectedBranches, accessLevels.maintainer),
  key: ({ name }) => name,
});
const accessEntries = {
  each: {
    needs: {},
    may: {
      id: "integer",
      access_level: "integer",
      user_id: "integer",
      group_id: "integer",
      deploy_key_id: "integer",
      _destroy: "boolean",
    },
  },
} as const;
const rules = {
  push_access_level: "integer",
  merge_access_level: "integer",
  unprotect_access_level: "integer",
  allow_force_push: "boolean",
  code_owner_approval_required: "boolean",
  allowed_to_push: accessEntries,
  allowed_to_merge: accessEntries,
  allowed_to_unprotect: accessEntries,
} as const;

/** @see https://docs.gitlab.com/api/protected_branches/ */
export const protectedBranchRoutes: readonly Route[] = [
  route("GET", branches.path, { may: { search: "string" } }, (call, { search = "" }) => {
    const found = branches.owned(call, "read").filter(({ name }) => name.includes(search));
    return page(call, found, (rule) => view(call, rule));
  }),
  branches.show(view),
  projectRoute(
    "POST",
    branches.path,
    { level: accessLevels.maintainer, needs: { name: "string" }, may: rules },
    (call, project, values) => {
      if (branches.owned(call, "write").some(({ name }) => name === values.name))
        throw problem(409, `Protected branch '${values.name}' already exists`);
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
      return created(view(call, rule));
    },
  ),
  route("PATCH", branches.item, { may: rules }, (call, values) => {
    const rule = branches.find(call, "write");
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
    return ok(view(call, rule));
  }),
  branches.remove((call, { name }) => {
    const project = projectOf(call);
    if (name === project.defaultBranch) project.protectionPending = false;
  }),
];

function view(call: Call, rule: ProtectedBranch): Record<string, unknown> {
  return protectedBranchView(call.context, rule);
}

/** Entries for users, groups and deploy keys need a licence; entries for roles do not. */
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
