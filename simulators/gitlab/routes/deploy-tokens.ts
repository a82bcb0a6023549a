import { isExpired } from "../http/auth.js";
import { collection } from "../http/collection.js";
import { administrator, groupOf, projectOf } from "../http/lookups.js";
import { type Call, created, page, type Route, route } from "../http/route.js";
import { accessLevels } from "../model/access-level.js";
import { apiError, invalid } from "../model/problem.js";
import { deployScopes } from "../model/scopes.js";
import { digest, newSecret, tokenPrefixes } from "../model/secrets.js";
import { nextId } from "../model/server-state.js";
import type { DeployToken } from "../model/types/accounts.js";

const wish = { expires_at: "day", username: "string" } as const;

/** @see https://docs.gitlab.com/api/deploy_tokens/ */
export const deployTokenRoutes: readonly Route[] = [
  route("GET", "/deploy_tokens", { may: { active: "boolean" } }, (call, values) => {
    administrator(call);
    return list(call, call.state.deployTokens, values.active);
  }),
  ...(["project", "group"] as const).flatMap((kind) => {
    const tokens = collection<DeployToken>({
      path: `/${kind}s/:id/deploy_tokens`,
      part: "token_id",
      all: ({ deployTokens }) => deployTokens,
      owned: (call) => owned(call, kind),
      missing: "DeployToken",
    });
    return [
      route("GET", tokens.path, { may: { active: "boolean" } }, (call, { active }) =>
        list(call, tokens.owned(call, "read"), active),
      ),
      tokens.show(view),
      route("POST", tokens.path, { needs: { name: "string", scopes: "strings" }, may: wish }, (call, values) => {
        const { id: ownerId } = ownerOf(call, kind);
        if (values.scopes.length === 0) throw invalid({ base: ["Scopes can't be blank"] });
        if (values.scopes.some((scope) => !deployScopes.includes(scope)))
          throw apiError(400, "scopes does not have a valid value");
        if (values.username !== undefined && !/^[\w.+-]+$/.test(values.username)) {
          throw invalid({ username: ["can contain only letters, digits, '_', '-', '+', and '.'"] });
        }
        const id = nextId(call.state, "deployToken");
        const value = newSecret(tokenPrefixes.deploy);
        const token: DeployToken = {
          id,
          owner: { kind, id: ownerId },
          name: values.name,
          username: values.username || `gitlab+deploy-token-${id}`,
          scopes: [...new Set(values.scopes)],
          digest: digest(value),
          createdAt: call.now.toISOString(),
          expiresAt: values.expires_at === undefined ? null : new Date(values.expires_at).toISOString(),
          revoked: false,
        };
        call.state.deployTokens.push(token);
        return created({ ...view(call, token), token: value });
      }),
      tokens.remove(),
    ];
  }),
];

function ownerOf(call: Call, kind: "project" | "group"): { readonly id: number } {
  return kind === "project" ? projectOf(call, accessLevels.maintainer) : groupOf(call, accessLevels.owner);
}

function owned(call: Call, kind: "project" | "group"): DeployToken[] {
  const { id } = ownerOf(call, kind);
  return call.state.deployTokens.filter(({ owner }) => owner.kind === kind && owner.id === id);
}

function list(call: Call, tokens: readonly DeployToken[], active: boolean | undefined) {
  const found = tokens.filter(
    (token) => active === undefined || active === (!token.revoked && !isExpired(token.expiresAt, call.now)),
  );
  return page(call, found, (token) => view(call, token));
}

function view(call: Call, token: DeployToken): Record<string, unknown> {
  return {
    id: token.id,
    name: token.name,
    username: token.username,
    expires_at: token.expiresAt,
    scopes: token.scopes,
    revoked: token.revoked,
    expired: isExpired(token.expiresAt, call.now),
  };
}
