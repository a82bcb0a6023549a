import { inspectGitLab, readToken, startGitLab } from "@timonier/gitlab-simulator/lifecycle";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import type { Progress } from "@timonier/kit/progress";
import type { GitLabConfig } from "../../infra/gitlab/settings.js";
import {
  type Deployment,
  knownIds,
  PROJECT,
  pendingCreates,
  type StateResource,
  withoutPending,
} from "../stack/deployment.js";
import type { Pulumi } from "../stack/pulumi.js";
import { remoteToken } from "../stack/stack-gitlab.js";
import { deleteUnrecorded } from "./unrecorded.js";

/**
 * Resolves the pending operations of a killed run, which sent requests and did not record the results.
 *
 * An empty project that the run created is added to the state; tokens, variables and webhooks are
 * deleted. Other resources need nothing, because their creation finds existing ones: the kubernetes
 * provider applies, and timonier's own resources look first. No other run may be active, because
 * its operations are pending too.
 *
 * @see docs/decisions/0060-a-run-that-was-killed.md
 */
export async function resolveInterrupted(
  pulumi: Pulumi,
  deployment: Deployment,
  gitlab: GitLabConfig,
  progress: Progress,
): Promise<void> {
  const pending = pendingCreates(deployment);
  progress(`an earlier run was interrupted; checking ${pending.length} pending resources`);
  const found = new Map<string, string>();
  const client = pending.some(({ type }) => type.startsWith("gitlab:"))
    ? await gitlabOf(pulumi, gitlab, progress)
    : undefined;
  if (client) {
    for (const resource of pending) {
      for (const what of await deleteUnrecorded(client, deployment, resource)) {
        progress(`${what}: created by the interrupted run and not recorded, deleted`);
      }
      const id = resource.type === PROJECT ? await createdProject(client, deployment, resource) : undefined;
      if (id !== undefined) found.set(resource.urn, id);
    }
  }
  await pulumi.replaceDeployment(withoutPending(deployment, found));
  for (const urn of found.keys()) progress(`${urn.split("::").pop()}: created by the interrupted run, kept`);
  if (found.size > 0) await pulumi.refresh([...found.keys()]);
}

/**
 * Client of the stack's GitLab; undefined where the data of the embedded GitLab is deleted, and
 * nothing can be pending.
 */
async function gitlabOf(pulumi: Pulumi, gitlab: GitLabConfig, progress: Progress): Promise<GitLab | undefined> {
  if (gitlab.kind === "remote") {
    const token = await remoteToken(pulumi.stack, gitlab);
    return connectGitLab({ url: gitlab.url, ...(gitlab.caFile && { caFile: gitlab.caFile }), token, progress });
  }
  const folder = pulumi.stack.gitlabFolder;
  if ((await inspectGitLab(folder)) === "absent") return undefined;
  const { url, caFile } = await startGitLab(folder, { progress });
  return connectGitLab({ url, caFile, token: readToken(folder), progress });
}

/**
 * Id of the project of a pending creation: created by this user, and still empty, because the first
 * commit comes later.
 */
async function createdProject(
  client: GitLab,
  deployment: Deployment,
  { inputs = {} }: StateResource,
): Promise<string | undefined> {
  const { namespaceId, path } = inputs;
  if (typeof path !== "string") return undefined;
  try {
    const me = await client.Users.showCurrentUser();
    const space =
      namespaceId === undefined ? me.username : (await client.Namespaces.show(String(namespaceId))).full_path;
    const project = await client.Projects.show(`${space}/${path}`);
    const isCreated = project.creator_id === me.id && project.empty_repo === true;
    const id = String(project.id);
    return isCreated && !knownIds(deployment, PROJECT).has(id) ? id : undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
