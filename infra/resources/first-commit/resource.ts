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
  /** Folders that belong to the first commit alone: where the branch is there, their files are not missed. */
  readonly firstFolders?: pulumi.Input<string[]>;
  /** Flux's components among these files. undefined: the repository has none. */
  readonly upgrade?: pulumi.Input<FluxUpgrade>;
}

/** How a newer Flux comes into a repository that has one already. */
interface FluxUpgrade {
  /** Of `gotk-components.yaml` in the repository. */
  readonly path: string;
  /** Version that is wanted: `2.9.4`. */
  readonly version: string;
  /** Branch of the merge request. */
  readonly branch: string;
  /** Its title. */
  readonly message: string;
}

/**
 * Commits files to an empty repository, all at once, and never again: from then on Git owns the content.
 *
 * A repository that has the branch already is left as it is: what it lacks is proposed by a merge request, and so is a
 * newer Flux.
 */
export class Seed extends pulumi.CustomResource {
  /** Number of that merge request. undefined: none was needed. */
  declare readonly mergeRequest: pulumi.Output<number | undefined>;
  /** Number of one that brings a newer Flux and nothing that the cluster waits for. undefined: none was needed. */
  declare readonly upgradeRequest: pulumi.Output<number | undefined>;

  constructor(name: string, args: SeedArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "timonier:gitlab:Seed",
      name,
      { ...args, token: pulumi.secret(args.token), mergeRequest: undefined, upgradeRequest: undefined },
      opts,
    );
  }
}
