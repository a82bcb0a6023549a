// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "disableOverridingApproversPerMergeRequest",
    "mergeRequestsAuthorApproval",
    "mergeRequestsDisableCommittersApproval",
    "project",
    "requirePasswordToApprove",
    "requireReauthenticationToApprove",
    "resetApprovalsOnPush",
    "selectiveCodeOwnerRemovals",
  ],
  outputs: [],
  required: ["project"],
  secretInputs: [],
  secretOutputs: [],
};

export class ProjectLevelMrApprovals extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectLevelMrApprovalsState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectLevelMrApprovals {
    return new ProjectLevelMrApprovals(name, state as unknown as ProjectLevelMrApprovalsArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectLevelMrApprovals {
    return hasType(obj, ProjectLevelMrApprovals.__pulumiType);
  }

  declare readonly disableOverridingApproversPerMergeRequest: pulumi.Output<boolean>;
  declare readonly mergeRequestsAuthorApproval: pulumi.Output<boolean>;
  declare readonly mergeRequestsDisableCommittersApproval: pulumi.Output<boolean>;
  declare readonly project: pulumi.Output<string>;
  /** @deprecated as in the official provider */
  declare readonly requirePasswordToApprove: pulumi.Output<boolean>;
  declare readonly requireReauthenticationToApprove: pulumi.Output<boolean>;
  declare readonly resetApprovalsOnPush: pulumi.Output<boolean>;
  declare readonly selectiveCodeOwnerRemovals: pulumi.Output<boolean>;

  constructor(name: string, args: ProjectLevelMrApprovalsArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectLevelMrApprovals.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectLevelMrApprovalsState extends Omit<ProjectLevelMrApprovalsArgs, "project"> {
  project?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectLevelMrApprovalsArgs {
  disableOverridingApproversPerMergeRequest?: pulumi.Input<boolean | undefined>;
  mergeRequestsAuthorApproval?: pulumi.Input<boolean | undefined>;
  mergeRequestsDisableCommittersApproval?: pulumi.Input<boolean | undefined>;
  project: pulumi.Input<string>;
  /** @deprecated as in the official provider */
  requirePasswordToApprove?: pulumi.Input<boolean | undefined>;
  requireReauthenticationToApprove?: pulumi.Input<boolean | undefined>;
  resetApprovalsOnPush?: pulumi.Input<boolean | undefined>;
  selectiveCodeOwnerRemovals?: pulumi.Input<boolean | undefined>;
}
