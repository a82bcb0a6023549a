import { administrator, groupOf, projectOf, userOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { accessLevels } from "../model/access-level.js";
import { tokenExpiry } from "../model/expiry.js";
import { groupLevel, projectLevel } from "../model/membership.js";
import { badRequest, notFound, unauthorized } from "../model/problem.js";
import { personalScopes, resourceScopes } from "../model/scopes.js";
import type { AccessToken, TokenOwner } from "../model/types/accounts.js";
import {
  addResourceToken,
  addToken,
  checkScopes,
  isActive,
  newTokenValue,
  revokeToken,
  rotateToken,
  tokenLevel,
} from "../tokens.js";

const any = personalScopes.filter((scope) => scope !== "sudo" && scope !== "admin_mode");
const wish = { description: "string", expires_at: "day" } as const;
const filters = { state: ["active", "inactive"], revoked: "boolean", search: "string", user_id: "integer" } as const;

/** @see https://docs.gitlab.com/api/personal_access_tokens/ and https://docs.gitlab.com/api/project_access_tokens/ */
export const tokenRoutes: readonly Route[] = [
  route("GET", "/personal_access_tokens", { may: filters }, (call, values) => {
    const user = userOf(call);
    const all = call.state.tokens.filter(
      (token) => token.owner.kind === "user" && (user.admin || token.userId === user.id),
    );
    return list(
      call,
      all.filter((token) => !values.user_id || token.userId === values.user_id),
      values,
    );
  }),
  route("GET", "/personal_access_tokens/self", { scopes: any }, (call) => ok(view(call, self(call)))),
  route("GET", "/personal_access_tokens/:token_id", {}, (call) => ok(view(call, personal(call)))),
  route("DELETE", "/personal_access_tokens/self", { scopes: any }, (call) => {
    revokeToken(call.state, self(call));
    return noContent();
  }),
  route("DELETE", "/personal_access_tokens/:token_id", {}, (call) => {
    revokeToken(call.state, personal(call));
    return noContent();
  }),
  route(
    "POST",
    "/personal_access_tokens/self/rotate",
    { may: { expires_at: "day" }, scopes: ["api", "self_rotate"] },
    (call, values) => rotate(call, self(call), values.expires_at),
  ),
  route("POST", "/personal_access_tokens/:token_id/rotate", { may: { expires_at: "day" } }, (call, values) =>
    rotate(call, personal(call), values.expires_at),
  ),
  route(
    "POST",
    "/users/:id/personal_access_tokens",
    { needs: { name: "string", scopes: "strings" }, may: wish },
    (call, values) => {
      administrator(call);
      const user = call.state.users.find(({ id }) => String(id) === call.path.id);
      if (!user) throw notFound("User");
      checkScopes(values.scopes, personalScopes);
      const expiresAt = tokenExpiry(call.now, values.expires_at);
      const value = newTokenValue();
      const { name, scopes, description } = values;
      const wanted = { name, scopes, description, expiresAt };
      const token = addToken(call.state, user, wanted, { owner: { kind: "user" }, value, now: call.now });
      return created({ ...view(call, token), token: value });
    },
  ),
  ...(["project", "group"] as const).flatMap((kind) => {
    const base = `/${kind}s/:id/access_tokens`;
    return [
      route("GET", base, { may: filters }, (call, values) => list(call, owned(call, kind), values)),
      route("GET", `${base}/:token_id`, {}, (call) => ok(view(call, resource(call, kind)))),
      route(
        "POST",
        base,
        { needs: { name: "string", scopes: "strings" }, may: { ...wish, access_level: "integer" } },
        (call, values) => {
          const owner = ownerOf(call, kind);
          // Free on gitlab.com has no such tokens; every self-managed instance has them.
          if (unlicensed(call)) throw badRequest(`User does not have permission to create ${kind} access token`);
          checkScopes(values.scopes, resourceScopes);
          const level = values.access_level ?? accessLevels.maintainer;
          if (![10, 15, 20, 30, 40, 50].includes(level)) throw badRequest("access_level does not have a valid value");
          if (level > callerLevel(call, owner))
            throw badRequest(
              "Access level of the token can't be greater the access level of the user who created the token",
            );
          const expiresAt = tokenExpiry(call.now, values.expires_at);
          const host = new URL(call.context.url).hostname;
          const { name, scopes, description } = values;
          const bot = { level, createdBy: userOf(call), host, now: call.now };
          const made = addResourceToken(call.state, owner, { name, scopes, description, expiresAt }, bot);
          return created({ ...view(call, made.token), token: made.value });
        },
      ),
      route("DELETE", `${base}/:token_id`, {}, (call) => {
        revokeToken(call.state, resource(call, kind));
        return noContent();
      }),
      route(
        "POST",
        `${base}/:token_id/rotate`,
        { may: { expires_at: "day" }, scopes: ["api", "self_rotate"] },
        (call, values) => {
          const token = call.path.token_id === "self" ? ownSelf(call, kind) : resource(call, kind);
          return rotate(call, token, values.expires_at);
        },
      ),
    ];
  }),
];

const unlicensed = (call: Call) =>
  call.context.settings.flavour === "gitlab.com" && call.context.settings.tier === "free";

function rotate(call: Call, token: AccessToken, expiresAt: string | undefined) {
  const made = rotateToken(call.state, token, expiresAt, call.now);
  return ok({ ...view(call, made.token), token: made.value });
}

function self(call: Call): AccessToken {
  if (!call.caller) throw unauthorized();
  return call.caller.token;
}

/** The caller's own token, if it belongs to the project or group of the address. */
function ownSelf(call: Call, kind: "project" | "group"): AccessToken {
  const token = self(call);
  const { id } = kind === "project" ? projectOf(call) : groupOf(call);
  if (token.owner.kind !== kind || token.owner.id !== id) throw notFound("Token");
  return token;
}

function personal(call: Call): AccessToken {
  const user = userOf(call);
  const token = call.state.tokens.find((each) => String(each.id) === call.path.token_id && each.owner.kind === "user");
  // The answer must not reveal that the token exists.
  if (!token || (!user.admin && token.userId !== user.id)) throw user.admin ? notFound() : unauthorized();
  return token;
}

function ownerOf(call: Call, kind: "project" | "group"): Exclude<TokenOwner, { kind: "user" }> {
  const level = kind === "project" ? accessLevels.maintainer : accessLevels.owner;
  call.role = Math.max(call.role, level);
  const { id } = kind === "project" ? projectOf(call) : groupOf(call);
  if (callerLevel(call, { kind, id }) < level) throw unauthorized();
  return { kind, id };
}

function callerLevel(call: Call, owner: Exclude<TokenOwner, { kind: "user" }>): number {
  const project = owner.kind === "project" && call.state.projects.find(({ id }) => id === owner.id);
  const group = owner.kind === "group" && call.state.groups.find(({ id }) => id === owner.id);
  if (project) return projectLevel(call.state, userOf(call), project);
  return group ? groupLevel(call.state, userOf(call), group) : 0;
}

function owned(call: Call, kind: "project" | "group"): AccessToken[] {
  const { id } = ownerOf(call, kind);
  return call.state.tokens.filter(({ owner }) => owner.kind === kind && owner.id === id);
}

function resource(call: Call, kind: "project" | "group"): AccessToken {
  const token = owned(call, kind).find(({ id }) => String(id) === call.path.token_id);
  if (!token) throw notFound(`Could not find ${kind} access token with token_id: ${call.path.token_id}`);
  return token;
}

function list(
  call: Call,
  tokens: readonly AccessToken[],
  values: { state?: string; revoked?: boolean; search?: string },
) {
  const found = tokens.filter(
    (token) =>
      (values.state === undefined || isActive(token, call.now) === (values.state === "active")) &&
      (values.revoked === undefined || token.revoked === values.revoked) &&
      (!values.search || token.name.includes(values.search)),
  );
  return page(call, found, (token) => view(call, token));
}

function view(call: Call, token: AccessToken): Record<string, unknown> {
  return {
    id: token.id,
    name: token.name,
    revoked: token.revoked,
    created_at: token.createdAt,
    description: token.description,
    scopes: token.scopes,
    user_id: token.userId,
    last_used_at: token.lastUsedAt,
    active: isActive(token, call.now),
    expires_at: token.expiresAt,
    ...(token.owner.kind !== "user" && {
      access_level: tokenLevel(call.state, token),
      resource_type: token.owner.kind,
      resource_id: token.owner.id,
    }),
  };
}
