import { readFile } from "node:fs/promises";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { type Published, publish as publishTree } from "@timonier/manifests/publish";
import type { Trees } from "@timonier/manifests/tree";
import { applicationFolders, appsInput } from "../../apps/main.js";
import { parseSettings } from "../../apps/settings.js";
import { settingsFile } from "../../apps/settings-file.js";
import { synthesize } from "../../infra/delivery/synthesize.js";
import { exitCodes } from "../exit-codes.js";
import { type Destination, destinationOf, knownRepositories, type Repositories } from "../merge-request/destination.js";

import { findProvenance } from "../merge-request/found-provenance.js";
import type { Stack } from "../stack/stack.js";
import { projectOf, stackGitLab } from "../stack/stack-gitlab.js";

/** `timonier publish`: one merge request for each repository whose manifests differ from those of apps/. */
export async function publish({ stack: names }: { stack: readonly string[] }): Promise<number> {
  const text = await readFile(settingsFile, "utf8");
  parseSettings(text, settingsFile);
  for (const name of names) await publishStack(await destinationOf(name), text);
  return exitCodes.done;
}

async function publishStack(destination: Destination, text: string): Promise<void> {
  const { stack, cluster } = destination;
  const repositories = knownRepositories(destination);
  const inputOf = (settings: Parameters<typeof appsInput>[1]) => appsInput(destination, settings);
  const input = inputOf(parseSettings(text, settingsFile));
  const trees = synthesize(input);
  const targets = [
    // Clusters share this repository, so each has its own branch, which the others do not overwrite.
    { repository: "setup", address: repositories.setupRepository, branch: `timonier/publish-${cluster}`, folders: [] },
    {
      repository: "application",
      address: repositories.applicationRepository,
      branch: "timonier/publish",
      folders: applicationFolders,
    },
  ] as const;
  for (const { repository, address, branch, folders } of targets) {
    const project = projectOf(repositories, address);
    const client = await publisher(stack, repositories, repository);
    const provenance = async (base: Trees[typeof repository]) => {
      const all = await findProvenance({ settings: text, inputOf, base: { ...trees, [repository]: base } });
      return all.filter((one) => one.repository === repository);
    };
    const target = input.application.branch;
    const tree = trees[repository];
    const published = await publishTree(client, { project, tree, folders, target, branch, provenance });
    console.log(resultLine(project, published));
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
