import { deadToken, type Problem, unauthorized } from "../model/problem.js";
import { digest } from "../model/secrets.js";
import type { State } from "../model/server-state.js";
import type { AccessToken, DeployToken, User } from "../model/types/accounts.js";

/** Who makes a request, and with which token. */
export interface Caller {
  readonly user: User;
  readonly token: AccessToken;
}

/** The token of a REST request: a header, or the query as old clients write it. */
export function tokenValue(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  query: Readonly<Record<string, unknown>>,
): string | undefined {
  const single = (value: unknown) =>
    Array.isArray(value) ? String(value[0]) : value === undefined ? undefined : String(value);
  const bearer = /^Bearer\s+(\S+)$/i.exec(single(headers.authorization) ?? "")?.[1];
  return single(headers["private-token"]) ?? bearer ?? single(query.private_token) ?? single(query.access_token);
}

/** Result of checking a token's value. */
export type TokenCheck =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly problem: Problem; readonly revoked?: AccessToken };

/** Checks an access token by its value. */
export function checkToken(state: State, value: string, now: Date): TokenCheck {
  const known = digest(value);
  return checkKnownToken(
    state,
    state.tokens.find((candidate) => candidate.digest === known),
    now,
  );
}

/** Checks an access token that was found. */
export function checkKnownToken(state: State, token: AccessToken | undefined, now: Date): TokenCheck {
  const user = token && state.users.find((candidate) => candidate.id === token.userId);
  if (!token || !user) return { ok: false, problem: unauthorized() };
  if (token.revoked) return { ok: false, problem: deadToken("revoked"), revoked: token };
  if (isExpired(token.expiresAt, now)) return { ok: false, problem: deadToken("expired") };
  if (user.state !== "active") return { ok: false, problem: unauthorized() };
  return { ok: true, caller: { user, token } };
}

/** Whether a day of expiry has come; the token's last day is the one before. */
export function isExpired(expiresAt: string | null, now: Date): boolean {
  return expiresAt !== null && now.getTime() >= Date.parse(expiresAt);
}

/** Revokes every token that descends from the same first one. */
export function revokeFamily(state: State, token: AccessToken): void {
  for (const relative of state.tokens) if (relative.family === token.family) relative.revoked = true;
}

/** A deploy token by its user name and value, if it still works. */
export function checkDeployToken(state: State, username: string, value: string, now: Date): DeployToken | undefined {
  const known = digest(value);
  return state.deployTokens.find(
    (token) =>
      token.digest === known && token.username === username && !token.revoked && !isExpired(token.expiresAt, now),
  );
}

/** User name and password of Basic authentication. */
export function basicCredentials(
  header: string | undefined,
): { readonly username: string; readonly password: string } | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? "")?.[1];
  if (!encoded) return undefined;
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
