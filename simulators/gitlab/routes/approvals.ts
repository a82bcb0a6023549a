import { collection } from "../http/collection.js";
import { projectOf, requestOf, userOf } from "../http/lookups.js";
import { type Call, created, ok, type Route, route } from "../http/route.js";
import { groupRoute, requestRoute } from "../http/scoped-routes.js";
import { accessLevels } from "../model/access-level.js";
import { missingApprovals, rulesOf } from "../model/approvals.js";
import { projectLevel } from "../model/membership.js";
import { apiError, forbidden, invalid, notFound, problem, unauthorized } from "../model/problem.js";
import { nextId, removeWhere } from "../model/server-state.js";
import type { MergeRequest } from "../model/types/merge-requests.js";
import type { Project } from "../model/types/projects.js";
import type { ApprovalRule } from "../model/types/protection.js";
import { sendMergeRequestEvent } from "../views/merge-request-event.js";
import { userById } from "../views/user.js";

const rules = "/projects/:id/approval_rules";
const request = "/projects/:id/merge_requests/:iid";
const projectRules = collection<ApprovalRule>({
  path: rules,
  part: "rule_id",
  all: ({ approvalRules }) => approvalRules,
  owned: (call, access) => {
    const { id } = premiumProject(call, access === "read" ? accessLevels.developer : accessLevels.maintainer);
    return call.state.approvalRules.filter(({ projectId }) => projectId === id);
  },
});
const wish = {
  user_ids: "integers",
  usernames: "strings",
  group_ids: "integers",
  protected_branch_ids: "integers",
  applies_to_all_protected_branches: "boolean",
  rule_type: ["any_approver", "regular", "report_approver"],
  report_type: "string",
} as const;
const switches = {
  disable_overriding_approvers_per_merge_request: false,
  merge_requests_author_approval: false,
  merge_requests_disable_committers_approval: false,
  require_password_to_approve: false,
  require_reauthentication_to_approve: false,
  reset_approvals_on_push: true,
  selective_code_owner_removals: false,
} as const;
const switchParams = Object.fromEntries(Object.keys(switches).map((name) => [name, "boolean" as const]));

/** @see https://docs.gitlab.com/api/merge_request_approvals/ */
export const approvalRoutes: readonly Route[] = [
  // @see https://docs.gitlab.com/api/merge_request_approval_settings/
  groupRoute("GET", "/groups/:id/merge_request_approval_setting", { level: accessLevels.owner }, (call) => {
    if (call.context.settings.tier !== "premium") throw notFound();
    const unset = (value: boolean) => ({ value, locked: false, inherited_from: null });
    return ok({
      allow_author_approval: unset(true),
      allow_committer_approval: unset(true),
      allow_overrides_to_approver_list_per_merge_request: unset(true),
      retain_approvals_on_push: unset(false),
      selective_code_owner_removals: unset(false),
      require_password_to_approve: unset(false),
      require_reauthentication_to_approve: unset(false),
    });
  }),
  route("GET", "/projects/:id/approvals", {}, (call) =>
    ok(settings(call, premiumProject(call, accessLevels.developer))),
  ),
  route("POST", "/projects/:id/approvals", { may: switchParams }, (call, values) => {
    const project = premiumProject(call, accessLevels.maintainer);
    Object.assign(project.settings, values);
    return created(settings(call, project));
  }),
  projectRules.list(view),
  projectRules.show(view),
  route("POST", rules, { needs: { name: "string", approvals_required: "integer" }, may: wish }, (call, values) => {
    const project = premiumProject(call, accessLevels.maintainer);
    if (projectRules.owned(call, "write").some(({ name }) => name === values.name))
      throw invalid({ name: ["has already been taken"] });
    const rule: ApprovalRule = {
      id: nextId(call.state, "approvalRule"),
      projectId: project.id,
      name: values.name,
      ruleType: values.rule_type ?? "regular",
      reportType: values.report_type ?? null,
      approvalsRequired: values.approvals_required,
      userIds: userIds(call, values) ?? [],
      groupIds: values.group_ids ?? [],
      protectedBranchIds: values.protected_branch_ids ?? [],
      appliesToAllProtectedBranches: values.applies_to_all_protected_branches ?? false,
    };
    call.state.approvalRules.push(rule);
    return created(view(call, rule));
  }),
  route(
    "PUT",
    projectRules.item,
    { may: { ...wish, name: "string", approvals_required: "integer" } },
    (call, values) => {
      const rule = projectRules.find(call, "write");
      Object.assign(rule, {
        name: values.name ?? rule.name,
        approvalsRequired: values.approvals_required ?? rule.approvalsRequired,
        userIds: userIds(call, values) ?? rule.userIds,
        groupIds: values.group_ids ?? rule.groupIds,
        protectedBranchIds: values.protected_branch_ids ?? rule.protectedBranchIds,
        appliesToAllProtectedBranches: values.applies_to_all_protected_branches ?? rule.appliesToAllProtectedBranches,
      });
      return ok(view(call, rule));
    },
  ),
  projectRules.remove(),
  route("GET", `${request}/approvals`, {}, (call) => ok(approvals(call, requestOf(call).request))),
  requestRoute("GET", `${request}/approval_state`, {}, (call, found) => {
    premiumProject(call, accessLevels.none);
    return ok({
      approval_rules_overwritten: false,
      rules: rulesOf(call.state, found.request).map((rule) => ruleState(call, found.request, rule)),
    });
  }),
  route("POST", `${request}/approve`, { may: { sha: "string" } }, (call, { sha }) => {
    approve(call, sha);
    return created(approvals(call, requestOf(call).request));
  }),
  route("POST", `${request}/unapprove`, {}, (call) => {
    unapprove(call);
    return created(approvals(call, requestOf(call).request));
  }),
];

/** Approves as the caller. @param sha head that the caller has seen @throws Problem 401 or 409 */
export function approve(call: Call, sha: string | undefined): void {
  const { project, request } = requestOf(call);
  const user = approver(call, project);
  if (sha && sha !== request.sha) throw problem(409, `SHA does not match HEAD of source branch: ${request.sha}`);
  if (!mayApprove(call, project, request)) throw unauthorized();
  request.approvedBy.push({ userId: user.id, at: call.now.toISOString() });
  sendMergeRequestEvent(call.context, { project, request }, { action: "approved", user });
}

/** Withdraws the caller's approval. @throws Problem 401, or 404 when the caller has not approved */
export function unapprove(call: Call): void {
  const { project, request } = requestOf(call);
  const user = approver(call, project);
  if (removeWhere(request.approvedBy, ({ userId }) => userId === user.id) === 0) throw notFound();
  sendMergeRequestEvent(call.context, { project, request }, { action: "unapproved", user });
}

/** Whether the caller may approve. */
export function mayApprove(call: Call, project: Project, request: MergeRequest): boolean {
  const user = call.caller?.user;
  if (!user || request.state !== "opened" || hasApproved(request, user.id)) return false;
  if (projectLevel(call.state, user, project) < accessLevels.developer) return false;
  const premium = call.context.settings.tier === "premium";
  return !premium || request.authorId !== user.id || project.settings.merge_requests_author_approval === true;
}

const hasApproved = (request: MergeRequest, id: number) => request.approvedBy.some(({ userId }) => userId === id);

/** Free on gitlab.com knows these calls and refuses them; a Free self-managed instance does not know them. */
function premiumProject(call: Call, level: number): Project {
  const project = projectOf(call, level);
  if (call.context.settings.tier === "free") {
    throw call.context.settings.flavour === "gitlab.com" ? forbidden() : apiError(404, "404 Not Found");
  }
  return project;
}

function userIds(call: Call, values: { user_ids?: number[]; usernames?: string[] }): number[] | undefined {
  if (!values.user_ids && !values.usernames) return undefined;
  const named = call.state.users.filter((user) => values.usernames?.includes(user.username)).map(({ id }) => id);
  return [...new Set([...(values.user_ids ?? []), ...named])];
}

function approver(call: Call, project: Project) {
  const user = userOf(call);
  call.role = Math.max(call.role, accessLevels.developer);
  if (projectLevel(call.state, user, project) < accessLevels.developer) throw unauthorized();
  return user;
}

function settings(call: Call, project: Project): Record<string, unknown> {
  return {
    approvers: [],
    approver_groups: [],
    approvals_before_merge: project.settings.approvals_before_merge ?? 0,
    ...Object.fromEntries(Object.entries(switches).map(([name, value]) => [name, project.settings[name] ?? value])),
    approval_rules_overwritten: false,
    project_id: project.id,
    instance: new URL(call.context.url).host,
  };
}

function view(call: Call, rule: ApprovalRule): Record<string, unknown> {
  const users = rule.userIds.map((id) => userById(call.context, id)).filter((user) => user !== null);
  const groups = call.state.groups
    .filter((group) => rule.groupIds.includes(group.id))
    .map(({ id, name, path }) => ({ id, name, path }));
  const branches = call.state.protectedBranches.filter((each) => rule.protectedBranchIds.includes(each.id));
  return {
    id: rule.id,
    name: rule.name,
    rule_type: rule.ruleType,
    report_type: rule.reportType,
    eligible_approvers: users,
    approvals_required: rule.approvalsRequired,
    users,
    groups,
    contains_hidden_groups: false,
    protected_branches: branches.map(({ id, name }) => ({ id, name })),
    applies_to_all_protected_branches: rule.appliesToAllProtectedBranches,
  };
}

function ruleState(call: Call, request: MergeRequest, rule: ApprovalRule): Record<string, unknown> {
  const missing = missingApprovals(call.state, request, rule);
  return {
    ...view(call, rule),
    approved_by: request.approvedBy.map(({ userId }) => userById(call.context, userId)),
    approved: missing === 0,
  };
}

function approvals(call: Call, request: MergeRequest): Record<string, unknown> {
  const user = userOf(call);
  const { project } = requestOf(call);
  const premium = call.context.settings.tier === "premium";
  const lacking = premium
    ? rulesOf(call.state, request).map((rule) => [rule, missingApprovals(call.state, request, rule)] as const)
    : [];
  const mayApprove =
    projectLevel(call.state, user, project) >= accessLevels.developer && !hasApproved(request, user.id);
  return {
    id: request.id,
    iid: request.iid,
    project_id: request.projectId,
    title: request.title,
    description: request.description,
    state: request.state,
    user_has_approved: hasApproved(request, user.id),
    user_can_approve: mayApprove,
    approved: premium ? lacking.every(([, missing]) => missing === 0) : request.approvedBy.length > 0,
    approved_by: request.approvedBy.map(({ userId, at }) => ({
      user: userById(call.context, userId),
      approved_at: at,
    })),
    ...(premium && {
      approvals_required: Math.max(0, ...lacking.map(([rule]) => rule.approvalsRequired)),
      approvals_left: Math.max(0, ...lacking.map(([, missing]) => missing)),
      approval_rules_left: lacking
        .filter(([, missing]) => missing > 0)
        .map(([{ id, name, ruleType }]) => ({ id, name, rule_type: ruleType })),
      has_approval_rules: lacking.length > 0,
    }),
  };
}
