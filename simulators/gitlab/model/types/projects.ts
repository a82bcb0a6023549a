/** Who may see a project or a group. */
export type Visibility = "private" | "internal" | "public";

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
  /** Whether the default branch is still to be protected when it first appears. */
  protectionPending: boolean;
  markedForDeletionOn: string | null;
  before: { path: string; name: string; archived: boolean } | null;
  settings: Record<string, unknown>;
}

/** A label of a project. */
export interface Label {
  readonly id: number;
  readonly projectId: number;
  name: string;
  color: string;
  description: string | null;
}
