import type { Project } from "./projects.js";

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
  /** Its versions, oldest first; absent in the state of an older program. */
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

/** The commits of a merge request after one push. */
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
