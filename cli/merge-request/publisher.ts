import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import type { Trees } from "@timonier/manifests/tree";
import type { Stack } from "../stack/stack.js";
import { stackGitLab } from "../stack/stack-gitlab.js";
import type { Repositories } from "./destination.js";

/**
 * Client for publishing. A project access token of role Developer is enough, because publishing
 * pushes to unprotected branches and opens merge requests. Without such a token, the token of the
 * stack is used.
 */
export async function publisher(stack: Stack, repositories: Repositories, repository: keyof Trees): Promise<GitLab> {
  const own = process.env[`TIMONIER_PUBLISH_TOKEN_${repository.toUpperCase()}`] || process.env.TIMONIER_PUBLISH_TOKEN;
  if (!own) return stackGitLab(stack, repositories);
  const { gitlabUrl: url, gitlabCaFile: caFile } = repositories;
  return connectGitLab({ url, token: own, ...(caFile && { caFile }) });
}

/** Text of a file. undefined: the file, or the branch, does not exist. */
export async function fileAt(client: GitLab, project: string, path: string, ref: string): Promise<string | undefined> {
  try {
    const { content } = await client.RepositoryFiles.show(project, path, ref);
    return Buffer.from(content, "base64").toString();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
