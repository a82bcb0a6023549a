import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readSettings } from "../../apps/settings-file.js";
import { UserError } from "../../core/user-error.js";
import { synthesize } from "../../delivery/tree.js";
import { cloneRepository, commitTree, type ReadCredential } from "../clone.js";
import { appsInput, destinationOf, type Repositories } from "../destination.js";
import { exitCodes } from "../exit-codes.js";
import { stackGitLabToken } from "../gitlab.js";
import type { Stack } from "../stack.js";

/**
 * `timonier proposal`: both repositories as clones, and on top of each what `publish` would propose: what a rehearsal of a
 * change to apps/ compares. Nothing is pushed. The cluster's name is in DIR/cluster.
 */
export async function proposal({ stack: name, out }: { stack: string; out: string }): Promise<number> {
  const destination = await destinationOf(name);
  const { stack, cluster, repositories } = destination;
  if (!repositories) {
    throw new UserError(
      "nobody knows where the repositories are: nothing is up, and the settings name no group",
      `stack ${name}`,
      "npm run up, or set timonier:namespace in the stack's settings",
    );
  }
  const input = appsInput(destination, await readSettings());
  const trees = synthesize(input);
  const credential = await reader(stack, repositories);
  const { gitlabCaFile: caFile } = repositories;
  const { branch } = input.application;
  for (const [repository, address, tree] of [
    ["setup", repositories.setupRepository, trees.setup],
    ["application", repositories.applicationRepository, trees.application],
  ] as const) {
    const folder = join(resolve(out), repository);
    await cloneRepository({ address, branch, folder, credential, caFile });
    const differs = await commitTree(folder, tree, "What apps/ says");
    console.log(`${folder}: ${branch} of ${address}${differs ? ", and what apps/ says on top" : "; nothing differs"}`);
  }
  await writeFile(join(resolve(out), "cluster"), `${cluster}\n`);
  return exitCodes.done;
}

/** A token that reads is all it takes; in a pipeline of the same GitLab, its own; without either, the stack's. */
async function reader(stack: Stack, repositories: Repositories, env = process.env): Promise<ReadCredential> {
  if (env.TIMONIER_READ_TOKEN) return { user: env.TIMONIER_READ_USER ?? "oauth2", token: env.TIMONIER_READ_TOKEN };
  const here = env.CI_SERVER_URL === repositories.gitlabUrl && repositories.gitlab === "remote";
  if (here && env.CI_JOB_TOKEN && !env.GITLAB_TOKEN) return { user: "gitlab-ci-token", token: env.CI_JOB_TOKEN };
  return { user: "oauth2", token: await stackGitLabToken(stack, repositories) };
}
