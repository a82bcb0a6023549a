import type { Commit } from "../git/queries.js";
import type { Context } from "../http/server-context.js";
import { accessLevels, describeProtectionLevel } from "../model/access-level.js";
import { canPush, rulesFor } from "../model/protection.js";
import type { User } from "../model/types/accounts.js";
import type { Project } from "../model/types/projects.js";
import type { BranchAccess, ProtectedBranch } from "../model/types/protection.js";
import { commitView, projectUrl } from "./commit.js";

/** A branch with its head. */
export function branchView(
  context: Context,
  project: Project,
  viewer: User | undefined,
  branch: { readonly name: string; readonly commit: Commit; readonly merged: boolean },
): Record<string, unknown> {
  const { state } = context.store;
  const rules = rulesFor(state, project, branch.name);
  const developers = (list: "push" | "merge") =>
    rules.length > 0 &&
    rules.some((rule) => rule[list].some((access) => access.accessLevel === accessLevels.developer));
  return {
    name: branch.name,
    commit: commitView(context, project, branch.commit),
    merged: branch.merged,
    protected: rules.length > 0,
    developers_can_push: developers("push"),
    developers_can_merge: developers("merge"),
    can_push: viewer !== undefined && canPush(state, viewer, project, branch.name),
    default: branch.name === project.defaultBranch,
    web_url: `${projectUrl(context, project)}/-/tree/${encodeURI(branch.name)}`,
  };
}

/** A rule of a protected branch. */
export function protectedBranchView(context: Context, rule: ProtectedBranch): Record<string, unknown> {
  return {
    id: rule.id,
    name: rule.name,
    push_access_levels: rule.push.map((access) => accessView(context, access)),
    merge_access_levels: rule.merge.map((access) => accessView(context, access)),
    allow_force_push: rule.allowForcePush,
    ...(context.settings.tier === "premium" && {
      unprotect_access_levels: rule.unprotect.map((access) => accessView(context, access)),
      code_owner_approval_required: rule.codeOwnerApprovalRequired,
      inherited: false,
    }),
  };
}

function accessView(context: Context, access: BranchAccess): Record<string, unknown> {
  const { users, groups } = context.store.state;
  const user = users.find((candidate) => candidate.id === access.userId);
  const group = groups.find((candidate) => candidate.id === access.groupId);
  return {
    id: access.id,
    access_level: access.accessLevel ?? accessLevels.maintainer,
    access_level_description:
      user?.name ?? group?.name ?? describeProtectionLevel(access.accessLevel ?? accessLevels.maintainer),
    deploy_key_id: access.deployKeyId,
    ...(context.settings.tier === "premium" && { user_id: access.userId, group_id: access.groupId }),
  };
}
