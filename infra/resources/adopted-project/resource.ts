import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import type { ResourceArgs } from "../shape.js";
import { adoptedProjectShape } from "./schema.js";

/** The path of a repository, and what is found there. */
export type AdoptedProjectArgs = ResourceArgs<typeof adoptedProjectShape>;

/**
 * Prepares the path of a repository before the project is created or imported: restores a project
 * that is scheduled for deletion, or deletes it for good. It records when the stack first used the
 * path; deleting it changes nothing in GitLab.
 */
export class AdoptedProject extends OwnResource<typeof adoptedProjectShape> {
  /** When the state first had it: ISO 8601. A preview knows it too. */
  declare readonly recordedAt: pulumi.Output<string>;

  constructor(name: string, args: AdoptedProjectArgs, opts?: pulumi.CustomResourceOptions) {
    super(adoptedProjectShape, name, args, opts);
  }
}
