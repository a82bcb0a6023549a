import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import type { ResourceArgs } from "../shape.js";
import { firstCommitShape } from "./schema.js";

/** Which files are committed, and where. */
export type FirstCommitArgs = ResourceArgs<typeof firstCommitShape>;

/**
 * Commits files to an empty repository in one commit, once: after that, Git owns the content.
 *
 * A repository that has the branch already is not changed: missing files are proposed by a merge request, and so is a
 * newer Flux.
 */
export class FirstCommit extends OwnResource<typeof firstCommitShape> {
  /** Number of the merge request that adds missing files. @default none was needed */
  declare readonly mergeRequest: pulumi.Output<number | undefined>;
  /**
   * Number of a merge request that only brings a newer Flux; the cluster does not wait for it.
   *
   * @default none was needed
   */
  declare readonly upgradeRequest: pulumi.Output<number | undefined>;

  constructor(name: string, args: FirstCommitArgs, opts?: pulumi.CustomResourceOptions) {
    super(firstCommitShape, name, args, opts);
  }
}
