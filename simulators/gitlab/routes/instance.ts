import { administrator, userOf } from "../http/lookups.js";
import { created, ok, type Route, route } from "../http/route.js";
import { answerQuery } from "../model/graphql.js";
import { groupLevel } from "../model/membership.js";
import { forbidden, notFound } from "../model/problem.js";
import { fullUser } from "../views/user.js";

const reading = ["api", "read_api", "read_user"];

/** Who am I, and which GitLab is this. @see https://docs.gitlab.com/api/metadata/ */
export const instanceRoutes: readonly Route[] = [
  // Both give the same answer since GitLab 15.5.
  ...["/version", "/metadata"].map((path) =>
    route("GET", path, { scopes: ["api", "read_api", "read_user", "ai_features"] }, (call) => {
      userOf(call);
      const kas = { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null };
      return ok({ ...version(call.context.settings), kas, enterprise: isEnterprise(call.context.settings) });
    }),
  ),
  route("GET", "/user", { scopes: reading }, (call) => ok(fullUser(call.context, userOf(call)))),
  route("POST", "/graphql", { needs: { query: "string" }, scopes: reading, base: "/api" }, (call, { query }) => {
    const user = call.caller?.user;
    const groups = call.state.groups.filter(
      (group) => groupLevel(call.state, user && { ...user, admin: false }, group) > 0,
    );
    const currentUser = user && {
      id: `gid://gitlab/User/${user.id}`,
      username: user.username,
      name: user.name,
      bot: user.bot,
      publicEmail: "",
      groupCount: groups.length,
      gitpodEnabled: false,
      namespace: { id: `gid://gitlab/Namespaces::UserNamespace/${user.namespaceId}` },
    };
    return ok(answerQuery(query, { currentUser: currentUser ?? null }));
  }),
  // Not a route of GitLab: `timonier open` gets a one-time address that signs the token's user in in a browser.
  route("POST", "/timonier/sign_in_links", { scopes: ["api"] }, (call) => {
    const user = userOf(call);
    // The sign-in form refuses bots as well.
    if (user.bot) throw forbidden();
    const { secret, until } = call.context.sessions.issueLink(call.caller?.token.id ?? 0, call.now);
    return created({
      url: `${call.context.url}/users/sign_in?link=${secret}`,
      username: user.username,
      expires_at: until.toISOString(),
    });
  }),
  // The Community Edition has no such route.
  route("GET", "/license", {}, (call) => {
    const { settings } = call.context;
    if (!isEnterprise(settings)) throw notFound();
    administrator(call);
    return ok({ id: 1, plan: settings.tier, starts_at: "2026-01-01", expires_at: null, expired: false });
  }),
  route("GET", "/application/settings", {}, (call) => {
    administrator(call);
    return ok(applicationSettings(call.context.settings, call.state.application));
  }),
  route(
    "PUT",
    "/application/settings",
    { may: { allow_local_requests_from_web_hooks_and_services: "boolean" } },
    (call, values) => {
      administrator(call);
      Object.assign(call.state.application, values);
      return ok(applicationSettings(call.context.settings, call.state.application));
    },
  ),
];

interface Known {
  readonly version: string;
  readonly tier: string;
  readonly flavour: string;
  readonly localHooks: boolean;
}

/** gitlab.com and every licensed instance run the Enterprise Edition. */
function isEnterprise(settings: Known): boolean {
  return settings.flavour === "gitlab.com" || settings.tier === "premium";
}

function version(settings: Known) {
  return { version: isEnterprise(settings) ? `${settings.version}-ee` : settings.version, revision: "0a1b2c3d4e5" };
}

function applicationSettings(settings: Known, changed: Readonly<Record<string, unknown>>) {
  return {
    id: 1,
    default_branch_name: "main",
    default_branch_protection: 2,
    allow_local_requests_from_web_hooks_and_services: settings.localHooks,
    allow_local_requests_from_system_hooks: settings.localHooks,
    ...changed,
  };
}
