import type { Tier } from "../tier.js";

/** What a stack wants of a GitLab. */
export interface Wanted {
  /** Full path of the group or user. undefined: the token's own user. */
  readonly namespace: string | undefined;
  /** Whether the last group of {@link namespace} is the stack's to make. */
  readonly createNamespace: boolean;
  /** Last parts of the repositories' paths. */
  readonly repositories: readonly string[];
  readonly branch: string;
  readonly visibility: Visibility;
  /** Cluster whose stack asks: what it made carries its name. */
  readonly cluster: string;
  readonly deletedProject: DeletedProject;
  /** What the settings say of the licence. `auto`: GitLab is asked. */
  readonly tier: "auto" | "free" | "premium";
  /** Address that GitLab is to call. undefined: none, or one that the program looks after itself. */
  readonly webhookUrl: string | undefined;
}

export type Visibility = "private" | "internal" | "public";

/** What becomes of a repository that waits for deletion: left beside a new one, restored, or removed for good. */
export type DeletedProject = "leave" | "restore" | "purge";

/** What a GitLab told about itself, a token and the places that a stack wants. */
export interface Facts {
  readonly url: string;
  readonly version: string;
  readonly tier: Tier;
  readonly token: TokenFacts;
  readonly user: UserFacts;
  /** undefined: there is none, or the token may not see it. */
  readonly namespace: NamespaceFacts | undefined;
  /** Full path that {@link namespace} was looked for at. */
  readonly namespacePath: string;
  /** Whether webhooks may call addresses of private networks. undefined: not for this token to know. */
  readonly localWebhooks: boolean | undefined;
  /** Whether what is marked for deletion can be removed at once. undefined: not shown to this token. */
  readonly immediateDeletion: boolean | undefined;
  /** By the last part of their paths. */
  readonly repositories: ReadonlyMap<string, RepositoryFacts>;
}

/** The token that everything is done with. */
export interface TokenFacts {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Date. undefined: never. */
  readonly expiresAt: string | undefined;
}

/** Whose token it is. */
export interface UserFacts {
  readonly id: number;
  readonly username: string;
  readonly admin: boolean;
  readonly mayCreateGroups: boolean;
}

/** Where repositories are made, or where a group for them is. */
export interface NamespaceFacts {
  readonly id: number;
  readonly path: string;
  readonly kind: "group" | "user";
  /** The stack's namespace itself, or the group that it is to be made in. */
  readonly role: "itself" | "parent";
  /** Whether the program made it. */
  readonly ours: boolean;
  readonly visibility: Visibility;
  /** Level of the token's user; 0: no member. */
  readonly level: number;
  /** Level that making a project needs; undefined: nobody may. */
  readonly projectLevel: number | undefined;
  /** Level that making a subgroup needs. */
  readonly groupLevel: number;
}

/** What is at a repository's path. */
export type RepositoryFacts =
  | { readonly state: "free"; readonly deleted: DeletedFacts | undefined }
  | { readonly state: "group" }
  | ProjectFacts;

/** A project that waits for its deletion. Current versions free its path at once; older ones keep it. */
export interface DeletedFacts {
  readonly id: number;
  readonly path: string;
  readonly since: string;
  readonly holdsPath: boolean;
  /** Topics that it has. */
  readonly topics: readonly string[];
}

/** A project that is there. */
export interface ProjectFacts {
  readonly state: "project";
  readonly id: number;
  /** Where it is now: another path for one that was renamed or moved. */
  readonly path: string;
  readonly owner: Owner;
  readonly archived: boolean;
  readonly empty: boolean;
  readonly defaultBranch: string | undefined;
  readonly hasBranch: boolean;
  /** Level of the token's user. */
  readonly level: number;
}

/** Who rules a project's settings: this cluster's stack, another one's, or whoever made it by other means. */
export type Owner = "this" | "another" | "people";

/** Topic by which the stack of a cluster knows the projects that it made. */
export function ownerTopic(cluster: string): string {
  return `timonier-${cluster}`;
}

/** Who rules a project, by its topics. */
export function ownerOf(topics: readonly string[], cluster: string): Owner {
  if (topics.includes(ownerTopic(cluster))) return "this";
  return topics.some((topic) => topic.startsWith("timonier-")) ? "another" : "people";
}
