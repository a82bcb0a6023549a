import { readFile } from "node:fs/promises";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { type Published, publish as publishTree } from "@timonier/manifests/publish";
import type { Trees } from "@timonier/manifests/tree";
import { appsInput } from "../../apps/main.js";
import { parseSettings } from "../../apps/settings.js";
import { settingsFile } from "../../apps/settings-file.js";
import { synthesize } from "../../infra/delivery/synthesize.js";
import { exitCodes } from "../exit-codes.js";
import { type Destination, destinationOf, knownRepositories, type Repositories } from "../merge-request/destination.js";

import { findProvenance } from "../merge-request/found-provenance.js";
import type { Stack } from "../stack/stack.js";
import { projectOf, stackGitLab } from "../stack/stack-gitlab.js";

/** `timonier publish`: one merge request for each repository that differs from what apps/ says. */
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
  const works = [
    // Clusters share this repository: each has a branch of its own, so that none writes over another one's.
    { repository: "setup", address: repositories.setupRepository, branch: `timonier/publish-${cluster}` },
    { repository: "application", address: repositories.applicationRepository, branch: "timonier/publish" },
  ] as const;
  for (const { repository, address, branch } of works) {
    const project = projectOf(repositories, address);
    const client = await publisher(stack, repositories, repository);
    const causes = async (base: Trees[typeof repository]) => {
      const all = await findProvenance({ settings: text, inputOf, base: { ...trees, [repository]: base } });
      return all.filter((cause) => cause.repository === repository);
    };
    const target = input.application.branch;
    const published = await publishTree(client, { project, tree: trees[repository], target, branch, causes });
    console.log(sentence(project, published));
  }
}

/**
 * As whom to publish: pushing to branches that are not protected and opening merge requests is all that is needed, so a
 * project's token of role Developer does. Without one, as whom the stack works.
 */
async function publisher(stack: Stack, repositories: Repositories, repository: keyof Trees): Promise<GitLab> {
  const own = process.env[`TIMONIER_PUBLISH_TOKEN_${repository.toUpperCase()}`] || process.env.TIMONIER_PUBLISH_TOKEN;
  if (!own) return stackGitLab(stack, repositories);
  const { gitlabUrl: url, gitlabCaFile: caFile } = repositories;
  return connectGitLab({ url, token: own, ...(caFile && { caFile }) });
}

function sentence(project: string, { state, url, closed, changed, replaced = [], kept }: Published): string {
  const lines = [
    ...changed.map((path) => `\n  ${path}`),
    ...replaced.map((commit) => `\n  wrote over somebody's commit ${commit}`),
    ...(kept ? [`\n  left branch ${kept} in place: it has commits of others`] : []),
  ].join("");
  if (state === "superseded") return `${project}: another publish was quicker, and its result stands: ${url ?? ""}`;
  if (closed) return `${project}: nothing differs any more, closed ${closed}${lines}`;
  if (!url) return `${project}: nothing differs${lines}`;
  return `${project}: ${state} ${url}${lines}`;
}
