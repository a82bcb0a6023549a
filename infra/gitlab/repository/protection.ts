import * as gitlab from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";
import type { GitLabFeatures } from "../gitlab-instance.js";
import type { ReviewConfig } from "../settings.js";

/** How a branch is protected. */
export interface ProtectionArgs {
  readonly project: pulumi.Input<string>;
  readonly branch: string;
  readonly features: GitLabFeatures;
  readonly review: ReviewConfig;
}

/**
 * No one pushes to the branch; maintainers merge. Where the licence includes them: required
 * approvals, approval by code owners, no approval by the author or a committer, and a reset of
 * approvals on each push.
 *
 * @see https://docs.gitlab.com/user/project/repository/branches/protected/
 * @see https://docs.gitlab.com/user/project/merge_requests/approvals/
 */
export function protectBranch(name: string, args: ProtectionArgs, child: pulumi.CustomResourceOptions): void {
  const { project, branch, features, review } = args;
  new gitlab.BranchProtection(
    `${name}-protection`,
    {
      project,
      branch,
      ...(features.levelLists
        ? { allowedToPushes: [{ accessLevel: "no one" }], allowedToMerges: [{ accessLevel: "maintainer" }] }
        : { pushAccessLevel: "no one", mergeAccessLevel: "maintainer" }),
      allowForcePush: false,
      ...(features.approvals && { codeOwnerApprovalRequired: review.codeOwners !== undefined }),
    },
    child,
  );
  if (!features.approvals) return;
  new gitlab.ProjectLevelMrApprovals(
    `${name}-approvals`,
    {
      project,
      mergeRequestsAuthorApproval: false,
      mergeRequestsDisableCommittersApproval: true,
      resetApprovalsOnPush: true,
      disableOverridingApproversPerMergeRequest: true,
    },
    child,
  );
  new gitlab.ProjectApprovalRule(
    `${name}-approval-rule`,
    { project, name: "All Members", ruleType: "any_approver", approvalsRequired: review.approvals },
    child,
  );
}
