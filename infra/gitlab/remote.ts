import { readFileSync } from "node:fs";
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { connectGitLab, type GitLab } from "../../core/gitlab-client.js";
import { isGone } from "../../core/gitlab-error.js";
import { UserError } from "../../core/user-error.js";
import { featuresOf, type GitLabInstance, type GitLabNamespace } from "./instance.js";
import { detectTier } from "./tier.js";

/** Where a GitLab is, and where the program works there. */
export interface RemoteGitLab {
  readonly url: string;
  readonly caFile: string | undefined;
  /** Full path of a group or user. undefined: the token's own user. */
  readonly namespace: string | undefined;
  /** Whether the last group of {@link namespace} is this stack's to make. */
  readonly createNamespace: boolean;
  /** Refuse to delete that group. */
  readonly protect: boolean;
  readonly visibility: "private" | "internal" | "public";
}

/**
 * gitlab.com or a self-managed server.
 *
 * @param token administrator's token: setting gitlab:token or GITLAB_TOKEN
 * @throws UserError when there is no token, or no such namespace
 */
export async function remoteGitLab(remote: RemoteGitLab, token: string | undefined): Promise<GitLabInstance> {
  const { url, caFile } = remote;
  if (!token) {
    throw new UserError(
      "there is no GitLab token",
      `the stack's configuration, for ${url}`,
      "export GITLAB_TOKEN=…, or: pulumi config set --secret gitlab:token",
    );
  }
  const client = connectGitLab({ url, token, ...(caFile && { caFile }) });
  const secret = pulumi.secret(token);
  const provider = new gitlab.Provider("gitlab", {
    baseUrl: url,
    token: secret,
    ...(caFile && { cacertFile: caFile }),
  });
  const { known, namespace } = await findNamespace(client, provider, remote);
  return {
    url,
    caFile,
    caBundle: caFile && readFileSync(caFile, "utf8"),
    features: featuresOf(await detectTier(client, known), url),
    token: secret,
    provider,
    namespace,
    owned: undefined,
  };
}

interface Found {
  /** Path of the namespace that exists already: the parent of one that is still to be made. */
  readonly known: string;
  readonly namespace: GitLabNamespace;
}

async function findNamespace(client: GitLab, provider: gitlab.Provider, remote: RemoteGitLab): Promise<Found> {
  const { namespace: path } = remote;
  if (path === undefined) {
    const { username } = await client.Users.showCurrentUser();
    return { known: username, namespace: { path: username, id: undefined } };
  }
  if (!remote.createNamespace) {
    const { full_path: full, id } = await namespaceAt(client, path);
    return { known: full, namespace: { path: full, id } };
  }
  const cut = path.lastIndexOf("/");
  const parent = cut < 0 ? undefined : await namespaceAt(client, path.slice(0, cut));
  const name = path.slice(cut + 1);
  const group = new gitlab.Group(
    "namespace",
    { name, path: name, visibilityLevel: remote.visibility, ...(parent && { parentId: parent.id }) },
    { provider, protect: remote.protect },
  );
  return { known: parent?.full_path ?? "", namespace: { path, id: group.id.apply(Number) } };
}

async function namespaceAt(client: GitLab, path: string): Promise<{ readonly full_path: string; readonly id: number }> {
  try {
    return await client.Namespaces.show(path);
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new UserError(
      `there is no group or user ${path}, or the token's user is no member of it`,
      "the setting namespace",
      "correct the path, or have its last group made: pulumi config set createNamespace true",
      { cause: error },
    );
  }
}
