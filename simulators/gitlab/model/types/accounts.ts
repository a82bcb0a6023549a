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
