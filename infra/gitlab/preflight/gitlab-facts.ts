import type { Tier } from "../tier.js";

/** What a stack needs of a GitLab. */
export interface Wanted {
  /** Full path of the group or user. @default the token's user */
  readonly namespace: string | undefined;
  /** Whether the stack creates the last group of {@link namespace}. */
  readonly createNamespace: boolean;
  /** Last parts of the repositories' paths. */
  readonly repositories: readonly string[];
  readonly branch: string;
  readonly visibility: Visibility;
  /** Name of the cluster. The topic of projects that the stack created contains it. */
  readonly cluster: string;
  readonly deletedProject: DeletedProject;
  /** Tier of the licence. `auto`: GitLab is asked. */
  readonly tier: "auto" | "free" | "premium";
  /** URL that GitLab calls on a push. @default none, or the one of an embedded cluster */
  readonly webhookUrl: string | undefined;
}

/** Who can see a project. */
export type Visibility = "private" | "internal" | "public";

/**
 * What to do with a project that is scheduled for deletion: create a new one beside it, restore it,
 * or delete it at once.
 */
export type DeletedProject = "leave" | "restore" | "purge";

/** What GitLab reports about itself, the token, and the paths that a stack uses. */
export interface Facts {
  readonly url: string;
  readonly version: string;
  readonly tier: Tier;
  readonly token: TokenFacts;
  readonly user: UserFacts;
  /** @default it does not exist, or the token cannot see it */
  readonly namespace: NamespaceFacts | undefined;
  /** Full path at which {@link namespace} was searched for. */
  readonly namespacePath: string;
  /** Whether webhooks may call private networks. @default hidden from this token */
  readonly localWebhooks: boolean | undefined;
  /**
   * Whether a project that is scheduled for deletion can be deleted at once.
   *
   * @default hidden from this token
   */
  readonly immediateDeletion: boolean | undefined;
  /** By the last part of their paths. */
  readonly repositories: ReadonlyMap<string, RepositoryFacts>;
}

/** The administrator's token. */
export interface TokenFacts {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Date. @default never */
  readonly expiresAt: string | undefined;
}

/** The user of the token. */
export interface UserFacts {
  readonly id: number;
  readonly username: string;
  readonly admin: boolean;
  readonly mayCreateGroups: boolean;
}

/** The namespace of the repositories, or the group in which it will be created. */
export interface NamespaceFacts {
  readonly id: number;
  readonly path: string;
  readonly kind: "group" | "user";
  /** The namespace itself, or the parent in which it will be created. */
  readonly role: "itself" | "parent";
  /** Whether this program created it. */
  readonly ours: boolean;
  readonly visibility: Visibility;
  /** Access level of the token's user; 0 for no member. */
  readonly level: number;
  /** Access level that is required to create a project. @default no one may */
  readonly projectLevel: number | undefined;
  /** Access level that is required to create a subgroup. */
  readonly groupLevel: number;
}

/** What is at a repository's path. */
export type RepositoryFacts =
  | { readonly state: "free"; readonly deleted: DeletedFacts | undefined }
  | { readonly state: "group" }
  | ProjectFacts;

/**
 * A project that is scheduled for deletion. Current versions of GitLab rename it; older ones leave
 * it at its path.
 */
export interface DeletedFacts {
  readonly id: number;
  readonly path: string;
  readonly since: string;
  /** Whether no new project can be created at its path. */
  readonly holdsPath: boolean;
  readonly topics: readonly string[];
}

/** A project that exists. */
export interface ProjectFacts {
  readonly state: "project";
  readonly id: number;
  /** Its path now: it may have been renamed or moved. */
  readonly path: string;
  readonly owner: Owner;
  readonly archived: boolean;
  readonly empty: boolean;
  readonly defaultBranch: string | undefined;
  readonly hasBranch: boolean;
  /** Access level of the token's user. */
  readonly level: number;
}

/**
 * Who manages the settings of a project: the stack of this cluster, the stack of another cluster,
 * or people.
 */
export type Owner = "this" | "another" | "people";

/** Topic of the projects that the stack of a cluster created. */
export function ownerTopic(cluster: string): string {
  return `timonier-${cluster}`;
}

/** Owner of a project, by its topics. */
export function ownerOf(topics: readonly string[], cluster: string): Owner {
  if (topics.includes(ownerTopic(cluster))) return "this";
  return topics.some((topic) => topic.startsWith("timonier-")) ? "another" : "people";
}
