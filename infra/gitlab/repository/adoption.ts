import type * as pulumi from "@pulumi/pulumi";
import type { ExistingRepository } from "../gitlab-instance.js";

/** How a stack holds a repository: as its own, or as one that it uses and leaves as it is. */
export interface Adoption {
  /** Options of the project. */
  readonly project: pulumi.CustomResourceOptions;
  /**
   * Options of the protection of its branch. It stays when the stack is deleted and the repository
   * stays.
   */
  readonly guard: pulumi.CustomResourceOptions;
  /**
   * Whether this stack sets the protection and the variables of pipelines. One of the stacks that
   * share a repository does.
   */
  readonly managed: boolean;
}

/** What is decided apart from the repository itself. */
export interface AdoptionArgs {
  /** Whether to refuse the deletion of a repository that this stack created. */
  readonly protect: boolean;
  /** Whether an earlier run recorded the repository. Otherwise the state may have been lost. */
  readonly isRecorded: boolean;
}

/**
 * Manages a repository that this stack created or will create. Adopts any other one: it is imported
 * into the state with the settings that people gave it, and is never deleted.
 *
 * An own repository that is not recorded is imported with its settings for this one run: Pulumi
 * refuses to import a project with other inputs than it has. Where the state has the project all
 * the same, the import changes nothing.
 */
export function adoptionOf(there: ExistingRepository | undefined, { protect, isRecorded }: AdoptionArgs): Adoption {
  const isFree = !there || there.scheduled?.action === "purge";
  const own = isFree || there.owner === "this";
  const guard: pulumi.CustomResourceOptions = own && !protect ? {} : { retainOnDelete: true };
  if (isFree || (own && isRecorded && !there.scheduled)) return { project: { protect }, guard, managed: true };
  return {
    project: {
      import: String(there.id),
      ignoreChanges: ["*"],
      protect: own && protect,
      retainOnDelete: !own,
    },
    guard,
    managed: there.owner !== "another",
  };
}
