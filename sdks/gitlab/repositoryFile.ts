// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "authorEmail",
    "authorName",
    "branch",
    "commitMessage",
    "content",
    "createCommitMessage",
    "deleteCommitMessage",
    "encoding",
    "executeFilemode",
    "filePath",
    "overwriteOnCreate",
    "project",
    "startBranch",
    "updateCommitMessage",
  ],
  outputs: ["blobId", "commitId", "contentSha256", "fileName", "lastCommitId", "ref", "size"],
  required: ["branch", "content", "encoding", "filePath", "project"],
  secretInputs: [],
  secretOutputs: [],
};

export class RepositoryFile extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: RepositoryFileState,
    opts?: pulumi.CustomResourceOptions,
  ): RepositoryFile {
    return new RepositoryFile(name, state as unknown as RepositoryFileArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/repositoryFile:RepositoryFile";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is RepositoryFile {
    return hasType(obj, RepositoryFile.__pulumiType);
  }

  declare readonly authorEmail: pulumi.Output<string | undefined>;
  declare readonly authorName: pulumi.Output<string | undefined>;
  declare readonly blobId: pulumi.Output<string>;
  declare readonly branch: pulumi.Output<string>;
  declare readonly commitId: pulumi.Output<string>;
  declare readonly commitMessage: pulumi.Output<string | undefined>;
  declare readonly content: pulumi.Output<string>;
  declare readonly contentSha256: pulumi.Output<string>;
  declare readonly createCommitMessage: pulumi.Output<string | undefined>;
  declare readonly deleteCommitMessage: pulumi.Output<string | undefined>;
  declare readonly encoding: pulumi.Output<string>;
  declare readonly executeFilemode: pulumi.Output<boolean | undefined>;
  declare readonly fileName: pulumi.Output<string>;
  declare readonly filePath: pulumi.Output<string>;
  declare readonly lastCommitId: pulumi.Output<string>;
  declare readonly overwriteOnCreate: pulumi.Output<boolean | undefined>;
  declare readonly project: pulumi.Output<string>;
  declare readonly ref: pulumi.Output<string>;
  declare readonly size: pulumi.Output<number>;
  declare readonly startBranch: pulumi.Output<string | undefined>;
  declare readonly updateCommitMessage: pulumi.Output<string | undefined>;

  constructor(name: string, args: RepositoryFileArgs, opts?: pulumi.CustomResourceOptions) {
    super(RepositoryFile.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface RepositoryFileState
  extends Omit<RepositoryFileArgs, "branch" | "content" | "encoding" | "filePath" | "project"> {
  blobId?: pulumi.Input<string | undefined>;
  branch?: pulumi.Input<string | undefined>;
  commitId?: pulumi.Input<string | undefined>;
  content?: pulumi.Input<string | undefined>;
  contentSha256?: pulumi.Input<string | undefined>;
  encoding?: pulumi.Input<string | undefined>;
  fileName?: pulumi.Input<string | undefined>;
  filePath?: pulumi.Input<string | undefined>;
  lastCommitId?: pulumi.Input<string | undefined>;
  project?: pulumi.Input<string | undefined>;
  ref?: pulumi.Input<string | undefined>;
  size?: pulumi.Input<number | undefined>;
}

/** What the resource is made of. */
export interface RepositoryFileArgs {
  authorEmail?: pulumi.Input<string | undefined>;
  authorName?: pulumi.Input<string | undefined>;
  branch: pulumi.Input<string>;
  commitMessage?: pulumi.Input<string | undefined>;
  content: pulumi.Input<string>;
  createCommitMessage?: pulumi.Input<string | undefined>;
  deleteCommitMessage?: pulumi.Input<string | undefined>;
  encoding: pulumi.Input<string>;
  executeFilemode?: pulumi.Input<boolean | undefined>;
  filePath: pulumi.Input<string>;
  overwriteOnCreate?: pulumi.Input<boolean | undefined>;
  project: pulumi.Input<string>;
  startBranch?: pulumi.Input<string | undefined>;
  updateCommitMessage?: pulumi.Input<string | undefined>;
}
