import type * as pulumi from "@pulumi/pulumi";
import type { ExistingRepository } from "../gitlab-instance.js";

/** How a repository is held: what the stack may do with it, and with what is in it. */
export interface Adoption {
  /** For the project itself. */
  readonly project: pulumi.CustomResourceOptions;
  /** For what guards its branch: stays when the stack goes, where the repository stays. */
  readonly guard: pulumi.CustomResourceOptions;
  /** Whether this stack sets protection and pipelines' variables: of a repository shared by several, one stack does. */
  readonly rules: boolean;
}

/**
 * A repository that this stack made, or is to make, is its own. Another one is taken into the state as it is, with the
 * settings that people gave it, and is never deleted.
 *
 * @param protect whether deleting one's own is refused
 */
export function adoptionOf(there: ExistingRepository | undefined, protect: boolean): Adoption {
  const own = !there || there.owner === "this";
  const guard: pulumi.CustomResourceOptions = own && !protect ? {} : { retainOnDelete: true };
  if (!there || (own && !there.unknown)) return { project: { protect }, guard, rules: true };
  return {
    project: {
      import: String(there.id),
      ignoreChanges: ["*"],
      protect: own && protect,
      retainOnDelete: !own,
    },
    guard,
    rules: there.owner !== "another",
  };
}
