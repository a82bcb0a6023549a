/** What a token of a repository is for: the end of its resource's name, `setup-read-token`. */
export type TokenPurpose = "read" | "pipeline" | "note" | "push";

/** What decides which tokens a repository gets. */
export interface TokenNeeds {
  /** Whether this stack sets the repository's settings; see {@link Adoption.managed}. */
  readonly managed: boolean;
  /** Whether GitLab's licence has project access tokens. */
  readonly projectTokens: boolean;
  /** Whether pipelines write notes on merge requests. */
  readonly notes: boolean;
  /** Whether the pipelines of the other repository read this one. @default false */
  readonly readByPipelines?: boolean;
  /** Whether the cluster pushes image updates. @default false */
  readonly imageAutomation?: boolean;
}

interface AnyToken {
  /**
   * Name in GitLab. It stays when the token is renewed, and names the cluster where the token is
   * the cluster's.
   */
  readonly name: (cluster: string, repository: string) => string;
  readonly scopes: readonly string[];
  readonly when: (needs: TokenNeeds) => boolean;
}

/** Reads or writes a repository by Git, and cannot use the API. */
interface DeployToken extends AnyToken {
  readonly kind: "deploy";
  /** @default GitLab chooses one, another at each renewal */
  readonly username?: string;
}

/** Has a role in the project. */
interface AccessToken extends AnyToken {
  readonly kind: "access";
  readonly accessLevel: "reporter" | "developer";
  readonly description: (cluster: string) => string;
}

/** One kind of token that a repository may have. */
export type RepositoryToken = DeployToken | AccessToken;

/** Every token of a repository. A new token is a line here; tokens.ts creates it. */
export const tokenTable: Readonly<Record<TokenPurpose, RepositoryToken>> = {
  // Flux reads the repository with it.
  read: {
    kind: "deploy",
    name: (cluster, repository) => `${cluster}-${repository}`,
    scopes: ["read_repository"],
    when: () => true,
  },
  // The pipelines of the other repository read this one with it. They need a user name that stays.
  pipeline: {
    kind: "deploy",
    name: (_, repository) => `${repository}-pipelines`,
    username: "timonier-pipelines",
    scopes: ["read_repository"],
    when: ({ managed, readByPipelines = false }) => managed && readByPipelines,
  },
  // GitLab has no narrower scope for notes. The role is the lowest one that sees merge requests.
  note: {
    kind: "access",
    name: (_, repository) => `${repository}-notes`,
    description: () => "Notes of pipelines on merge requests",
    scopes: ["api"],
    accessLevel: "reporter",
    when: ({ managed, notes, projectTokens }) => managed && notes && projectTokens,
  },
  // Flux pushes image updates with it, to branches that are not protected.
  push: {
    kind: "access",
    name: (cluster, repository) => `${cluster}-${repository}-images`,
    description: (cluster) => `Image updates of cluster ${cluster}, on branches that are not protected`,
    scopes: ["write_repository"],
    accessLevel: "developer",
    when: ({ imageAutomation = false, projectTokens }) => imageAutomation && projectTokens,
  },
};

/** The tokens that a repository needs. */
export function neededTokens(needs: TokenNeeds): Array<readonly [TokenPurpose, RepositoryToken]> {
  return (Object.entries(tokenTable) as Array<[TokenPurpose, RepositoryToken]>).filter(([, { when }]) => when(needs));
}
