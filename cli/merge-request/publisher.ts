import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
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
