/** Who may see a project or a group. */
export type Visibility = "private" | "internal" | "public";

/** An account; bots belong to project and group access tokens. */
export interface User {
  readonly id: number;
  username: string;
  name: string;
  email: string;
  state: "active" | "blocked" | "deactivated";
  admin: boolean;
  bot: boolean;
  /** Id of the personal namespace; users and groups draw from one sequence. */
  readonly namespaceId: number;
  readonly createdAt: string;
}

/** What an access token acts for: its user alone, or a project or group through a bot user. */
export type TokenOwner =
  | { readonly kind: "user" }
  | { readonly kind: "project"; readonly id: number }
  | { readonly kind: "group"; readonly id: number };

/** A personal, project or group access token. */
export interface AccessToken {
  readonly id: number;
  readonly userId: number;
  readonly owner: TokenOwner;
  /** Tokens made from one another by rotation: reuse of a revoked one revokes them all. */
  readonly family: number;
  name: string;
  description: string | null;
  readonly scopes: readonly string[];
  /** SHA-256 of the value, base64; the value itself is never kept. */
  readonly digest: string;
  readonly createdAt: string;
  /** Day (YYYY-MM-DD, UTC) from which it no longer works. */
  readonly expiresAt: string | null;
  revoked: boolean;
  lastUsedAt: string | null;
}

/** A group or subgroup. */
export interface Group {
  readonly id: number;
  path: string;
  name: string;
  parentId: number | null;
  visibility: Visibility;
  readonly createdAt: string;
  markedForDeletionOn: string | null;
  /** Path and name before deletion was scheduled, for restore. */
  before: { path: string; name: string } | null;
  /** Other attributes as a client set them. */
  settings: Record<string, unknown>;
}

/** A role of one user in one project or group. */
export interface Member {
  readonly source: "project" | "group";
  readonly sourceId: number;
  readonly userId: number;
  accessLevel: number;
  expiresAt: string | null;
  readonly createdAt: string;
  readonly createdBy: number;
}

/** A project that a group was invited to. */
export interface Share {
  readonly projectId: number;
  readonly groupId: number;
  readonly accessLevel: number;
  readonly expiresAt: string | null;
}

/** A project and its repository. */
export interface Project {
  readonly id: number;
  path: string;
  name: string;
  /** Namespace of a user or a group. */
  namespaceId: number;
  visibility: Visibility;
  readonly creatorId: number;
  readonly createdAt: string;
  lastActivityAt: string;
  updatedAt: string;
  defaultBranch: string;
  archived: boolean;
  /** Folder of the bare repository, relative to the repositories' folder. */
  readonly repository: string;
  /** The default branch is protected when it first appears; not again once a user has lifted that. */
  protectionPending: boolean;
  markedForDeletionOn: string | null;
  before: { path: string; name: string; archived: boolean } | null;
  settings: Record<string, unknown>;
}

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

/** A merge request within one project. */
export interface MergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  title: string;
  description: string | null;
  state: "opened" | "closed" | "merged";
  readonly sourceBranch: string;
  targetBranch: string;
  readonly authorId: number;
  assigneeIds: number[];
  reviewerIds: number[];
  labels: string[];
  squash: boolean;
  removeSourceBranch: boolean;
  discussionLocked: boolean | null;
  readonly createdAt: string;
  updatedAt: string;
  mergedAt: string | null;
  mergedBy: number | null;
  closedAt: string | null;
  closedBy: number | null;
  /** Head of the source branch as last seen; kept when that branch goes. */
  sha: string;
  /** Target's commit that the diff starts at, fixed once merged. */
  baseSha: string;
  startSha: string;
  mergeCommitSha: string | null;
  squashCommitSha: string | null;
  approvedBy: { userId: number; at: string }[];
  /** Who asked to merge it when its checks pass, and how. @default null */
  autoMerge?: { readonly userId: number; readonly wish: AutoMergeWish } | null;
  /** Why the last rebase did not work. @default null */
  mergeError?: string | null;
  /** States of the branches that it had, oldest first; absent in what an older version kept. */
  versions?: MergeRequestVersion[];
}

/** A merge request with the project that it belongs to. */
export interface LocatedRequest {
  readonly project: Project;
  readonly request: MergeRequest;
}

/** How to merge when checks pass. */
export interface AutoMergeWish {
  readonly mergeMessage?: string | undefined;
  readonly squashMessage?: string | undefined;
  readonly squash: boolean;
  readonly removeSourceBranch: boolean;
}

/** What a merge request was after one push. */
export interface MergeRequestVersion {
  readonly id: number;
  readonly sha: string;
  readonly baseSha: string;
  readonly startSha: string;
  readonly createdAt: string;
}

/** The line or file of a merge request's changes that a comment is about. */
export interface NotePosition {
  readonly baseSha: string;
  readonly startSha: string;
  readonly headSha: string;
  readonly positionType: string;
  readonly oldPath: string;
  readonly newPath: string;
  readonly oldLine: number | null;
  readonly newLine: number | null;
  readonly lineRange: Readonly<Record<string, unknown>> | null;
}

/** A rule for tags: who may create those that fit. */
export interface ProtectedTag {
  readonly projectId: number;
  readonly name: string;
  readonly create: readonly BranchAccess[];
}

/** A comment on a merge request. */
export interface Note {
  readonly id: number;
  readonly projectId: number;
  readonly mergeRequestIid: number;
  readonly discussionId: string;
  readonly authorId: number;
  body: string;
  readonly system: boolean;
  /** A comment becomes one when it is answered. */
  resolvable: boolean;
  resolved: boolean;
  resolvedBy: number | null;
  internal: boolean;
  /** Undefined for comments on the whole. */
  readonly position?: NotePosition | undefined;
  readonly createdAt: string;
  updatedAt: string;
}

/** A credential for one project or group that is not a user. */
export interface DeployToken {
  readonly id: number;
  readonly owner: { readonly kind: "project" | "group"; readonly id: number };
  readonly name: string;
  readonly username: string;
  readonly scopes: readonly string[];
  readonly digest: string;
  readonly createdAt: string;
  /** Moment from which it no longer works. */
  readonly expiresAt: string | null;
  revoked: boolean;
}

/** An SSH key of a project: kept for clients that manage it; nothing listens on SSH here. */
export interface DeployKey {
  readonly id: number;
  readonly projectId: number;
  title: string;
  readonly key: string;
  canPush: boolean;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** A webhook of a project. */
export interface Hook {
  readonly id: number;
  readonly projectId: number;
  url: string;
  /** The X-Gitlab-Token value: kept in clear because it is sent, never returned. */
  token: string | null;
  readonly createdAt: string;
  settings: Record<string, unknown>;
  /** Failed deliveries in a row. */
  failures: number;
  disabledUntil: string | null;
}

/** A CI/CD variable of a project or a group. */
export interface Variable {
  readonly owner: { readonly kind: "project" | "group"; readonly id: number };
  readonly key: string;
  value: string;
  variableType: "env_var" | "file";
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  environmentScope: string;
  description: string | null;
}

/** A pipeline schedule; nothing runs it here. */
export interface Schedule {
  readonly id: number;
  readonly projectId: number;
  description: string;
  ref: string;
  cron: string;
  cronTimezone: string;
  active: boolean;
  ownerId: number;
  readonly createdAt: string;
  updatedAt: string;
  variables: { key: string; value: string; variable_type: string }[];
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

/** How far a job or a pipeline is. @see https://docs.gitlab.com/api/commits/#commit-status */
export type JobStatus = "pending" | "running" | "success" | "failed" | "canceled" | "skipped";

/** Jobs of one commit and branch, as somebody outside tells of them. */
export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly sha: string;
  readonly ref: string;
  readonly userId: number;
  readonly createdAt: string;
  updatedAt: string;
}

/** One job of an outside pipeline. */
export interface CommitStatus {
  readonly id: number;
  readonly projectId: number;
  /** Undefined for what was told before there were pipelines here. */
  readonly pipelineId?: number;
  readonly sha: string;
  readonly ref: string;
  readonly name: string;
  status: JobStatus;
  description: string | null;
  targetUrl: string | null;
  coverage?: number | null;
  readonly authorId: number;
  readonly createdAt: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  /** Another run of the same job came after it. */
  retried?: boolean;
}

/** A label of a project. */
export interface Label {
  readonly id: number;
  readonly projectId: number;
  name: string;
  color: string;
  description: string | null;
}
