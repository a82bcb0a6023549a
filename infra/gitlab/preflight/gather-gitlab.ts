import type { GitLab } from "@timonier/kit/gitlab-client";
import { isHosted } from "../gitlab-instance.js";
import { detectTier } from "../tier.js";
import { get, maybe } from "./ask.js";
import type { Facts, RepositoryFacts, TokenFacts, UserFacts, Wanted } from "./gitlab-facts.js";
import { readNamespace } from "./read-namespace.js";
import { readRepository } from "./read-repository.js";

/**
 * Reads what a stack needs to know before it creates anything. Changes nothing.
 *
 * @throws GitLabError when GitLab does not answer, or does not accept the token
 */
export async function gatherFacts(client: GitLab, url: string, wanted: Wanted): Promise<Facts> {
  // Alone first: an invalid token then fails one request instead of five.
  const user = await readUser(client);
  const namespacePath = wanted.namespace ?? user.username;
  const [token, version, settings, namespace] = await Promise.all([
    readToken(client),
    readVersion(client),
    readSettings(client),
    readNamespace(client, namespacePath, wanted.createNamespace, user),
  ]);
  const [tier, repositories] = await Promise.all([
    wanted.tier === "auto" ? detectTier(client, namespace?.path ?? "") : wanted.tier,
    Promise.all(
      wanted.repositories.map(async (path): Promise<[string, RepositoryFacts]> => {
        const there = namespace?.role === "itself";
        return [path, there ? await readRepository(client, path, { namespace, wanted, user }) : free];
      }),
    ),
  ]);
  return {
    ...{ url, version, tier, token, user, namespace, namespacePath },
    localWebhooks: settings?.allow_local_requests_from_web_hooks_and_services,
    // Off on gitlab.com, where no token may read the setting.
    immediateDeletion: isHosted(url) ? false : settings?.allow_immediate_namespaces_deletion,
    repositories: new Map(repositories),
  };
}

const free: RepositoryFacts = { state: "free", deleted: undefined };

async function readUser(client: GitLab): Promise<UserFacts> {
  const user = (await client.Users.showCurrentUser()) as unknown as {
    id: number;
    username: string;
    is_admin?: boolean;
    can_create_group?: boolean;
  };
  return {
    id: user.id,
    username: user.username,
    admin: user.is_admin ?? false,
    mayCreateGroups: user.can_create_group ?? true,
  };
}

/** GitLab describes an access token to itself, and other kinds of credentials not. */
async function readToken(client: GitLab): Promise<TokenFacts> {
  interface Self {
    readonly name: string;
    readonly scopes: string[];
    readonly expires_at: string | null;
  }
  const self = await maybe(get<Self>(client, "personal_access_tokens/self"));
  return {
    name: self?.name ?? "of an unknown kind",
    scopes: self?.scopes ?? ["api"],
    expiresAt: self?.expires_at ?? undefined,
  };
}

async function readVersion(client: GitLab): Promise<string> {
  const { body } = await client.requester.get<{ version: string }>("version");
  return body.version;
}

interface Settings {
  readonly allow_local_requests_from_web_hooks_and_services: boolean;
  /** Since 18.5; before, it was always allowed. */
  readonly allow_immediate_namespaces_deletion?: boolean;
}

/**
 * Settings of the instance. Only administrators can read them.
 *
 * @see
 *   https://docs.gitlab.com/security/webhooks/#allow-requests-to-the-local-network-from-webhooks-and-integrations
 * @see https://docs.gitlab.com/administration/settings/visibility_and_access_controls/
 */
function readSettings(client: GitLab): Promise<Settings | undefined> {
  return maybe(get<Settings>(client, "application/settings"));
}
