import { groupLevel } from "./membership.js";
import { matchesWildcard } from "./paths.js";
import type { State } from "./server-state.js";
import type { MergeRequest } from "./types/merge-requests.js";
import type { ApprovalRule } from "./types/protection.js";

/** Rules that hold for a merge request's target branch. */
export function rulesOf(state: State, request: MergeRequest): ApprovalRule[] {
  const protectedOnes = state.protectedBranches.filter(
    (rule) => rule.projectId === request.projectId && matchesWildcard(rule.name, request.targetBranch),
  );
  const rules = state.approvalRules.filter((rule) => {
    if (rule.projectId !== request.projectId) return false;
    if (rule.appliesToAllProtectedBranches) return protectedOnes.length > 0;
    return rule.protectedBranchIds.length === 0 || protectedOnes.some(({ id }) => rule.protectedBranchIds.includes(id));
  });
  const least = approvalsBeforeMerge(state, request);
  const implied = least > 0 && !rules.some(({ ruleType }) => ruleType === "any_approver");
  return implied ? [...rules, anyApprover(request.projectId, least)] : rules;
}

/** Approvals that a project's older attribute demands. */
function approvalsBeforeMerge(state: State, { projectId }: MergeRequest): number {
  return Number(state.projects.find(({ id }) => id === projectId)?.settings.approvals_before_merge ?? 0);
}

function anyApprover(projectId: number, approvalsRequired: number): ApprovalRule {
  return {
    id: 0,
    projectId,
    name: "All Members",
    ruleType: "any_approver",
    reportType: null,
    approvalsRequired,
    userIds: [],
    groupIds: [],
    protectedBranchIds: [],
    appliesToAllProtectedBranches: false,
  };
}

/** Number of approvals that a rule still needs. */
export function missingApprovals(state: State, request: MergeRequest, rule: ApprovalRule): number {
  const anyone = rule.userIds.length === 0 && rule.groupIds.length === 0;
  const counted = request.approvedBy.filter(({ userId }) => {
    if (anyone || rule.userIds.includes(userId)) return true;
    const user = state.users.find((candidate) => candidate.id === userId);
    return rule.groupIds.some((id) => {
      const group = state.groups.find((candidate) => candidate.id === id);
      return group !== undefined && groupLevel(state, user, group) > 0;
    });
  });
  return Math.max(0, rule.approvalsRequired - counted.length);
}

/** Whether every rule has its approvals. */
export function isApproved(state: State, request: MergeRequest): boolean {
  return rulesOf(state, request).every((rule) => missingApprovals(state, request, rule) === 0);
}
