import { isExpired } from "./http/auth.js";
import { accessLevels } from "./model/access-level.js";
import { tokenExpiry } from "./model/expiry.js";
import { apiError, badRequest } from "./model/problem.js";
import { digest, newSecret, randomHex, tokenPrefixes } from "./model/secrets.js";
import { nextId, removeWhere, type State } from "./model/server-state.js";
import type { AccessToken, TokenOwner, User } from "./model/types/accounts.js";

/** A token as asked for. */
export interface TokenWish {
  readonly name: string;
  readonly description?: string | undefined;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
}

/** What the server decides about a new token. */
export interface TokenIssue {
  readonly owner: TokenOwner;
  readonly value: string;
  readonly now: Date;
  /** Token that it replaces, whose family it joins. @default none */
  readonly parent?: AccessToken;
}

/** Adds a token of a user. */
export function addToken(state: State, user: User, wish: TokenWish, issue: TokenIssue): AccessToken {
  const { owner, value, now, parent } = issue;
  const id = nextId(state, "token");
  const token: AccessToken = {
    id,
    userId: user.id,
    owner,
    family: parent?.family ?? id,
    name: wish.name,
    description: wish.description ?? null,
    scopes: [...wish.scopes],
    digest: digest(value),
    createdAt: now.toISOString(),
    expiresAt: wish.expiresAt,
    revoked: false,
    lastUsedAt: null,
  };
  state.tokens.push(token);
  return token;
}

/** @throws Problem for a scope that this kind of token cannot have */
export function checkScopes(scopes: readonly string[], known: readonly string[]): void {
  if (scopes.length === 0) throw badRequest("Scopes can't be blank");
  if (scopes.some((scope) => !known.includes(scope))) throw apiError(400, "scopes does not have a valid value");
}

/** A new value for an access token. */
export const newTokenValue = () => newSecret(tokenPrefixes.access);

/** Whether a token still works. */
export function isActive(token: AccessToken, now: Date): boolean {
  return !token.revoked && !isExpired(token.expiresAt, now);
}

/** The bot user of a project's or group's access token. */
export interface TokenBot {
  /** Its role in the project or group. */
  readonly level: number;
  readonly createdBy: User;
  /** Host of its e-mail address. */
  readonly host: string;
  readonly now: Date;
}

/** Creates a bot user and its token for a project or group. */
export function addResourceToken(
  state: State,
  owner: Exclude<TokenOwner, { kind: "user" }>,
  wish: TokenWish,
  { level, createdBy, host, now }: TokenBot,
): { readonly token: AccessToken; readonly value: string } {
  const username = `${owner.kind}_${owner.id}_bot_${randomHex(16)}`;
  const bot: User = {
    id: nextId(state, "user"),
    username,
    name: wish.name,
    email: `${username}@noreply.${host}`,
    state: "active",
    admin: false,
    bot: true,
    namespaceId: nextId(state, "namespace"),
    createdAt: now.toISOString(),
  };
  state.users.push(bot);
  const membership = { source: owner.kind, sourceId: owner.id, userId: bot.id, accessLevel: level };
  state.members.push({
    ...membership,
    expiresAt: wish.expiresAt,
    createdAt: now.toISOString(),
    createdBy: createdBy.id,
  });
  const value = newTokenValue();
  return { token: addToken(state, bot, wish, { owner, value, now }), value };
}

/** Role of a token's bot. */
export function tokenLevel(state: State, token: AccessToken): number {
  const member = state.members.find((each) => each.userId === token.userId && each.source === token.owner.kind);
  return member?.accessLevel ?? accessLevels.none;
}

/**
 * Replaces a token: the old value stops at once, the new one has a new id and the same user.
 *
 * @throws Problem for a token that no longer works
 */
export function rotateToken(
  state: State,
  token: AccessToken,
  wanted: string | undefined,
  now: Date,
): { readonly token: AccessToken; readonly value: string } {
  if (token.revoked) throw badRequest("Token already revoked");
  if (!isActive(token, now)) throw badRequest("Token already expired");
  const user = state.users.find((candidate) => candidate.id === token.userId);
  if (!user) throw badRequest("Token has no user");
  const expiresAt = tokenExpiry(now, wanted, 7);
  const value = newTokenValue();
  const { name, scopes, owner } = token;
  const wish = { name, description: token.description ?? undefined, scopes, expiresAt };
  const next = addToken(state, user, wish, { owner, value, now, parent: token });
  token.revoked = true;
  for (const member of state.members) {
    if (owner.kind !== "user" && member.userId === user.id) member.expiresAt = expiresAt;
  }
  return { token: next, value };
}

/** Ends a token; the bot of a project or group goes with its last one. */
export function revokeToken(state: State, token: AccessToken): void {
  token.revoked = true;
  const last = !state.tokens.some((other) => other.userId === token.userId && !other.revoked);
  if (token.owner.kind !== "user" && last) removeWhere(state.members, (member) => member.userId === token.userId);
}
