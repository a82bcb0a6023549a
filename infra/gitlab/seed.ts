import * as pulumi from "@pulumi/pulumi";

/** The first commit of a repository. */
export interface SeedArgs {
  /** Address of GitLab. */
  readonly url: pulumi.Input<string>;
  /** May write to the repository; a secret. */
  readonly token: pulumi.Input<string>;
  readonly caFile?: pulumi.Input<string>;
  /** Number of the project. */
  readonly project: pulumi.Input<string>;
  readonly branch: pulumi.Input<string>;
  /** Branch of the merge request, where one is needed. */
  readonly proposalBranch: pulumi.Input<string>;
  readonly message: pulumi.Input<string>;
  /** Folders on this machine whose files together are committed. */
  readonly folders: pulumi.Input<string[]>;
}

/**
 * Commits files to an empty repository, all at once, and never again: from then on Git owns the content.
 *
 * A repository that has the branch already is left as it is: what it lacks is proposed by a merge request.
 */
export class Seed extends pulumi.CustomResource {
  /** Number of that merge request. undefined: none was needed. */
  declare readonly mergeRequest: pulumi.Output<number | undefined>;

  constructor(name: string, args: SeedArgs, opts?: pulumi.CustomResourceOptions) {
    super("timonier:gitlab:Seed", name, { ...args, token: pulumi.secret(args.token), mergeRequest: undefined }, opts);
  }
}
