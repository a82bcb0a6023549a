import type { ExistingRepository } from "./gitlab-instance.js";
import { type Facts, ownerOf, type Wanted } from "./preflight/gitlab-facts.js";

/**
 * Projects that a stack finds at its repositories' paths, with what the settings say about one that
 * is to be deleted.
 */
export function existingRepositories(
  { repositories }: Pick<Facts, "repositories">,
  { deletedProject, cluster }: Pick<Wanted, "deletedProject" | "cluster">,
): ReadonlyMap<string, ExistingRepository> {
  const existing = new Map<string, ExistingRepository>();
  for (const [path, repository] of repositories) {
    if (repository.state === "project") existing.set(path, { id: repository.id, owner: repository.owner });
    const deleted = repository.state === "free" ? repository.deleted : undefined;
    if (!deleted || deletedProject === "leave") continue;
    const scheduled = { path: deleted.path, action: deletedProject };
    existing.set(path, { id: deleted.id, owner: ownerOf(deleted.topics, cluster), scheduled });
  }
  return existing;
}
