// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "appliesToAllProtectedBranches",
    "approvalsRequired",
    "disableImportingDefaultAnyApproverRuleOnCreate",
    "groupIds",
    "name",
    "project",
    "protectedBranchIds",
    "reportType",
    "ruleType",
    "userIds",
  ],
  outputs: [],
  required: ["approvalsRequired", "project"],
  secretInputs: [],
  secretOutputs: [],
};

export class ProjectApprovalRule extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectApprovalRuleState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectApprovalRule {
    return new ProjectApprovalRule(name, state as unknown as ProjectApprovalRuleArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectApprovalRule:ProjectApprovalRule";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectApprovalRule {
    return hasType(obj, ProjectApprovalRule.__pulumiType);
  }

  declare readonly appliesToAllProtectedBranches: pulumi.Output<boolean | undefined>;
  declare readonly approvalsRequired: pulumi.Output<number>;
  declare readonly disableImportingDefaultAnyApproverRuleOnCreate: pulumi.Output<boolean | undefined>;
  declare readonly groupIds: pulumi.Output<number[] | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly project: pulumi.Output<string>;
  declare readonly protectedBranchIds: pulumi.Output<number[] | undefined>;
  declare readonly reportType: pulumi.Output<string>;
  declare readonly ruleType: pulumi.Output<string>;
  declare readonly userIds: pulumi.Output<number[] | undefined>;

  constructor(name: string, args: ProjectApprovalRuleArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectApprovalRule.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectApprovalRuleState extends Omit<ProjectApprovalRuleArgs, "approvalsRequired" | "project"> {
  approvalsRequired?: pulumi.Input<number | undefined>;
  project?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectApprovalRuleArgs {
  appliesToAllProtectedBranches?: pulumi.Input<boolean | undefined>;
  approvalsRequired: pulumi.Input<number>;
  disableImportingDefaultAnyApproverRuleOnCreate?: pulumi.Input<boolean | undefined>;
  groupIds?: pulumi.Input<pulumi.Input<number>[] | undefined>;
  name?: pulumi.Input<string | undefined>;
  project: pulumi.Input<string>;
  protectedBranchIds?: pulumi.Input<pulumi.Input<number>[] | undefined>;
  reportType?: pulumi.Input<string | undefined>;
  ruleType?: pulumi.Input<string | undefined>;
  userIds?: pulumi.Input<pulumi.Input<number>[] | undefined>;
}
