import { connectGitLab, type GitLab, type GitLabOptions } from "@timonier/kit/gitlab-client";
import { UserError } from "@timonier/kit/user-error";
import { type SharedTokenUser, sharedToken } from "../../infra/gitlab/shared-gitlab.js";
import { Pulumi, type StackOutputs } from "./pulumi.js";
import type { Stack } from "./stack.js";

/** User of a GitLab client. */
export type Role = SharedTokenUser;

/** Timeout and number of retries. @default those of the client */
type Patience = Pick<GitLabOptions, "timeout" | "retries">;

/** A client for the stack's GitLab. @throws UserError when there is no token for it */
export async function stackGitLab(
  stack: Stack,
  outputs: Pick<StackOutputs, "gitlab" | "gitlabStack" | "gitlabUrl" | "gitlabCaFile">,
  role: Role = "administrator",
  patience: Patience = {},
): Promise<GitLab> {
  const { gitlabUrl: url, gitlabCaFile: caFile } = outputs;
  const token = await stackGitLabToken(stack, outputs, role);
  return connectGitLab({ url, token, ...(caFile && { caFile }), ...patience });
}

/** Token for the stack's GitLab. @throws UserError when there is none */
export async function stackGitLabToken(
  stack: Stack,
  outputs: Pick<StackOutputs, "gitlab" | "gitlabStack">,
  role: Role = "administrator",
): Promise<string> {
  if (outputs.gitlabStack !== undefined) return sharedToken(outputs.gitlabStack, role, stack.state);
  const remote = outputs.gitlab === "remote";
  if (remote && role !== "administrator") {
    throw new UserError(
      "a remote GitLab has no maintainer token",
      `stack ${stack.name}`,
      "merge on GitLab's web pages",
      { code: "TIM-402" },
    );
  }
  return remote ? remoteToken(stack) : sharedToken(stack.name, role, stack.state);
}

/**
 * Administrator's token of a remote GitLab, from the same places as Pulumi takes it.
 *
 * @param gitlab names the stack whose embedded GitLab it is @default that of no stack
 * @throws UserError when there is none
 */
export async function remoteToken(
  stack: Stack,
  { stack: shared }: { stack?: string | undefined } = {},
): Promise<string> {
  if (shared) return sharedToken(shared, "administrator", stack.state);
  const pulumi = new Pulumi(stack);
  const configured = (await pulumi.exists()) ? await pulumi.setting("gitlab:token") : undefined;
  const token = configured ?? process.env.GITLAB_TOKEN;
  if (token) return token;
  throw new UserError(
    "the GitLab token is missing",
    `stack ${stack.name}`,
    "export GITLAB_TOKEN=…, or: pulumi config set --secret gitlab:token",
    { code: "TIM-403" },
  );
}

/** Path of a project, `root/setup`, from any of its URLs: `https://host/root/setup.git`. */
export function projectOf(outputs: Pick<StackOutputs, "gitlabUrl">, repository: string): string {
  const below = new URL(outputs.gitlabUrl).pathname.replace(/\/$/, "");
  return new URL(repository).pathname.slice(below.length + 1).replace(/\.git$/, "");
}
