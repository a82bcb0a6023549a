import * as pulumi from "@pulumi/pulumi";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { waitFor } from "@timonier/kit/wait";
import type { ExistingRepository } from "./gitlab-instance.js";
import { type DeletedFacts, type Facts, ownerOf, type Wanted } from "./preflight/gitlab-facts.js";
import { variableNames } from "./repository/variable-names.js";

/**
 * The repositories that are there already. One that waits for its deletion is restored or removed for good first, as
 * the setting says; a preview only tells.
 */
export async function existingRepositories(
  client: GitLab,
  facts: Facts,
  wanted: Wanted,
  progress: Progress,
): Promise<ReadonlyMap<string, ExistingRepository>> {
  const existing = new Map<string, ExistingRepository>();
  for (const [path, repository] of facts.repositories) {
    if (repository.state === "project") {
      existing.set(path, { id: repository.id, owner: repository.owner, unknown: isLost(repository.id) });
    }
    const deleted = repository.state === "free" ? repository.deleted : undefined;
    if (!deleted) continue;
    if (wanted.deletedProject === "restore") {
      if (!pulumi.runtime.isDryRun()) await restore(client, deleted, progress);
      existing.set(path, { id: deleted.id, owner: ownerOf(deleted.topics, wanted.cluster), unknown: true });
    }
    if (wanted.deletedProject === "purge" && !pulumi.runtime.isDryRun()) await purge(client, deleted, progress);
  }
  return existing;
}

/** Whether Pulumi's state was lost and with it this project, which the stack had made: whoever starts Pulumi can tell. */
function isLost(id: number): boolean {
  return (process.env.TIMONIER_LOST_PROJECTS ?? "").split(",").includes(String(id));
}

/** @see https://docs.gitlab.com/api/projects/#restore-a-project */
async function restore(client: GitLab, { id, path }: DeletedFacts, progress: Progress): Promise<void> {
  progress(`${path} waits for its deletion: restoring it`);
  await client.requester.post(`projects/${id}/restore`);
  // Those of its first life would be in their successors' way.
  for (const key of variableNames) {
    await client.requester.delete(`projects/${id}/variables/${key}`).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }
}

/** @see https://docs.gitlab.com/api/projects/#delete-a-project */
async function purge(client: GitLab, { id, path }: DeletedFacts, progress: Progress): Promise<void> {
  progress(`${path} waits for its deletion: removing it for good`);
  const query = `permanently_remove=true&full_path=${encodeURIComponent(path)}`;
  await client.requester.delete(`projects/${id}?${query}`).catch((error: unknown) => {
    // Only administrators see the setting beforehand, and the status differs between versions.
    if (!(error instanceof GitLabError) || (error.status !== 400 && error.status !== 403)) throw error;
    const fix = "pulumi config set deletedProject restore, or leave: a new one is made beside it";
    throw new UserError("this GitLab does not delete at once what waits for its deletion", path, fix, { cause: error });
  });
  await waitFor(
    {
      what: "the deletion",
      timeout: 600_000,
      interval: 500,
      where: path,
      fix: "see whether GitLab's background jobs run, then run the command again",
      progress,
    },
    async () => {
      try {
        await client.Projects.show(id);
        return { done: false, missing: "GitLab still has it" };
      } catch (error) {
        if (isGone(error)) return { done: true, value: undefined };
        throw error;
      }
    },
  );
}
