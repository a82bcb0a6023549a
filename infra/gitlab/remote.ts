import { readFileSync } from "node:fs";
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { connectGitLab } from "../../core/gitlab-client.js";
import { UserError } from "../../core/user-error.js";
import type { GitLabInstance, GitLabNamespace } from "./instance.js";

/** Where a GitLab is, and as whom the program works there. */
export interface RemoteGitLab {
  readonly url: string;
  readonly caFile: string | undefined;
  /** Full path of a group or user. undefined: the token's own user. */
  readonly namespace: string | undefined;
}

/**
 * gitlab.com or a self-managed server.
 *
 * @param token administrator's token: setting gitlabToken or GITLAB_TOKEN
 * @throws UserError when there is no token, or no such namespace
 */
export async function remoteGitLab(remote: RemoteGitLab, token: string | undefined): Promise<GitLabInstance> {
  if (!token) {
    throw new UserError(
      "there is no GitLab token",
      `the stack's configuration, for ${remote.url}`,
      "export GITLAB_TOKEN=…, or: pulumi config set --secret gitlab:token",
    );
  }
  const namespace = await findNamespace(remote, token);
  const secret = pulumi.secret(token);
  return {
    url: remote.url,
    caFile: remote.caFile,
    caBundle: remote.caFile && readFileSync(remote.caFile, "utf8"),
    token: secret,
    provider: new gitlab.Provider("gitlab", {
      baseUrl: remote.url,
      token: secret,
      ...(remote.caFile && { cacertFile: remote.caFile }),
    }),
    namespace,
    owned: undefined,
  };
}

async function findNamespace({ url, caFile, namespace }: RemoteGitLab, token: string): Promise<GitLabNamespace> {
  const client = connectGitLab({ url, token, ...(caFile && { caFile }) });
  if (namespace === undefined) return { path: (await client.Users.showCurrentUser()).username, id: undefined };
  const found = await client.Namespaces.show(namespace);
  return { path: found.full_path, id: found.id };
}
