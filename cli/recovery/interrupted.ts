import { inspectGitLab, readToken, startGitLab } from "@timonier/gitlab-simulator/lifecycle";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import type { Progress } from "@timonier/kit/progress";
import type { GitLabConfig } from "../../infra/config.js";
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
 * Ends the doubt that a killed run leaves: it had asked for something and did not live to record the answer.
 *
 * An empty project that the run had just made is taken into the state; tokens, variables and webhooks are deleted.
 * Everything else is made in a way that finds what is there: the kubernetes provider applies, our own resources look
 * first. Must run alone: a live run's operations are not in doubt.
 *
 * @see docs/decisions/0060-a-run-that-was-killed.md
 */
export async function settleInterrupted(
  pulumi: Pulumi,
  deployment: Deployment,
  gitlab: GitLabConfig,
  progress: Progress,
): Promise<void> {
  const inDoubt = pendingCreates(deployment);
  progress(`an earlier run was interrupted; looking what became of ${inDoubt.length} resources`);
  const found = new Map<string, string>();
  const client = inDoubt.some(({ type }) => type.startsWith("gitlab:"))
    ? await gitlabOf(pulumi, gitlab, progress)
    : undefined;
  if (client) {
    for (const resource of inDoubt) {
      for (const what of await deleteUnrecorded(client, deployment, resource)) {
        progress(`${what}: made by the interrupted run and not recorded, deleted`);
      }
      const id = resource.type === PROJECT ? await madeProject(client, deployment, resource) : undefined;
      if (id !== undefined) found.set(resource.urn, id);
    }
  }
  await pulumi.replaceDeployment(withoutPending(deployment, found));
  for (const urn of found.keys()) progress(`${urn.split("::").pop()}: made by the interrupted run, kept`);
  if (found.size > 0) await pulumi.refresh([...found.keys()]);
}

/** The stack's GitLab. undefined: the embedded one whose data is gone, so nothing of it can be in doubt. */
async function gitlabOf(pulumi: Pulumi, gitlab: GitLabConfig, progress: Progress): Promise<GitLab | undefined> {
  if (gitlab.kind === "remote") {
    const token = await remoteToken(pulumi.stack);
    return connectGitLab({ url: gitlab.url, ...(gitlab.caFile && { caFile: gitlab.caFile }), token, progress });
  }
  const folder = pulumi.stack.gitlabFolder;
  if ((await inspectGitLab(folder)) === "absent") return undefined;
  const { url, caFile } = await startGitLab(folder, { progress });
  return connectGitLab({ url, caFile, token: readToken(folder), progress });
}

/** Number of the project that this creation made: ours, and still empty, since the first commit comes after it. */
async function madeProject(
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
    const ours = project.creator_id === me.id && project.empty_repo === true;
    const id = String(project.id);
    return ours && !knownIds(deployment, PROJECT).has(id) ? id : undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
