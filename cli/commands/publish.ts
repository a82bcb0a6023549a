import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import { type Published, publish as publishTree } from "@timonier/manifests/publish";
import type { Trees } from "@timonier/manifests/tree";
import type { Environment, SettingsFiles } from "../../apps/environments.js";
import { applicationFolders } from "../../apps/main.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import { exitCodes } from "../exit-codes.js";
import { type Destination, destinationOf, knownRepositories, type Repositories } from "../merge-request/destination.js";
import { findProvenance } from "../merge-request/found-provenance.js";
import { recordedTree } from "../merge-request/recorded-tree.js";
import { synthesisFor } from "../merge-request/synthesis.js";
import type { Stack } from "../stack/stack.js";
import { projectOf, stackGitLab } from "../stack/stack-gitlab.js";

/** `timonier publish`: one merge request for each repository whose manifests differ from those of apps/. */
export async function publish({ stack: names }: { stack: readonly string[] }): Promise<number> {
  const files = await readSettingsFiles();
  for (const name of names) await publishStack(await destinationOf(name), files);
  return exitCodes.done;
}

async function publishStack(destination: Destination, files: SettingsFiles): Promise<void> {
  const { stack, cluster } = destination;
  const synthesis = synthesisFor(destination, files);
  const { input, trees, environment } = synthesis;
  if (environment?.previous !== undefined) throw promotedOnly(environment, environment.previous);
  const repositories = knownRepositories(destination);
  const targets = [
    // Clusters share this repository, so each has its own branch, which the others do not overwrite.
    { repository: "setup", address: repositories.setupRepository, branch: `timonier/publish-${cluster}`, folders: [] },
    {
      repository: "application",
      address: repositories.applicationRepository,
      branch: environment ? `timonier/publish-${environment.name}` : "timonier/publish",
      folders: applicationFolders(environment),
    },
  ] as const;
  for (const { repository, address, branch, folders } of targets) {
    const project = projectOf(repositories, address);
    const client = await publisher(stack, repositories, repository);
    const provenance = async (base: Trees[typeof repository]) => {
      const all = await findProvenance(synthesis, { ...trees, [repository]: base });
      return all.filter((one) => one.repository === repository);
    };
    const target = input.application.branch;
    const read = (path: string) => fileAt(client, project, path, target);
    const tree = repository === "setup" ? trees.setup : await recordedTree(synthesis, files, read);
    const published = await publishTree(client, { project, tree, folders, target, branch, provenance });
    console.log(resultLine(project, published));
  }
}

function promotedOnly({ name }: Environment, previous: string): UserError {
  return new UserError(
    `environment ${name} gets its changes from ${previous}`,
    "publish",
    `publish to the first environment, then: npx timonier promote --to ${name}`,
    { code: "TIM-811" },
  );
}

/** Text of a file. undefined: the file, or the branch, does not exist. */
async function fileAt(client: GitLab, project: string, path: string, ref: string): Promise<string | undefined> {
  try {
    const { content } = await client.RepositoryFiles.show(project, path, ref);
    return Buffer.from(content, "base64").toString();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/**
 * Client for publishing. A project access token of role Developer is enough, because publishing
 * pushes to unprotected branches and opens merge requests. Without such a token, the token of the
 * stack is used.
 */
async function publisher(stack: Stack, repositories: Repositories, repository: keyof Trees): Promise<GitLab> {
  const own = process.env[`TIMONIER_PUBLISH_TOKEN_${repository.toUpperCase()}`] || process.env.TIMONIER_PUBLISH_TOKEN;
  if (!own) return stackGitLab(stack, repositories);
  const { gitlabUrl: url, gitlabCaFile: caFile } = repositories;
  return connectGitLab({ url, token: own, ...(caFile && { caFile }) });
}

function resultLine(project: string, { state, url, closed, changed, replaced = [], kept }: Published): string {
  const lines = [
    ...changed.map((path) => `\n  ${path}`),
    ...replaced.map((commit) => `\n  overwrote the commit ${commit} of another author`),
    ...(kept ? [`\n  kept branch ${kept}: it has commits of other authors`] : []),
  ].join("");
  if (state === "superseded") return `${project}: a concurrent publish was quicker; its result stays: ${url ?? ""}`;
  if (closed) return `${project}: nothing differs any more, closed ${closed}${lines}`;
  if (!url) return `${project}: nothing differs${lines}`;
  return `${project}: ${state} ${url}${lines}`;
}
