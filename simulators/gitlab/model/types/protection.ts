/** Who may do one thing to a protected branch: a role, or (Premium) a user, a group, a deploy key. */
export interface BranchAccess {
  readonly id: number;
  readonly accessLevel: number | null;
  readonly userId: number | null;
  readonly groupId: number | null;
  readonly deployKeyId: number | null;
}

/** A protected branch or wildcard. */
export interface ProtectedBranch {
  readonly id: number;
  readonly projectId: number;
  readonly name: string;
  push: BranchAccess[];
  merge: BranchAccess[];
  unprotect: BranchAccess[];
  allowForcePush: boolean;
  codeOwnerApprovalRequired: boolean;
}

/** A rule for tags: who may create those that fit. */
export interface ProtectedTag {
  readonly projectId: number;
  readonly name: string;
  readonly create: readonly BranchAccess[];
}

/** A Premium approval rule of a project. */
export interface ApprovalRule {
  readonly id: number;
  readonly projectId: number;
  name: string;
  ruleType: string;
  reportType: string | null;
  approvalsRequired: number;
  userIds: number[];
  groupIds: number[];
  protectedBranchIds: number[];
  appliesToAllProtectedBranches: boolean;
}
