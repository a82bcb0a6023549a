// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "allowForcePush",
    "allowedToMerges",
    "allowedToPushes",
    "allowedToUnprotects",
    "branch",
    "codeOwnerApprovalRequired",
    "mergeAccessLevel",
    "project",
    "pushAccessLevel",
  ],
  outputs: ["branchProtectionId"],
  required: ["branch", "project"],
  secretInputs: [],
  secretOutputs: [],
};

export class BranchProtection extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: BranchProtectionState,
    opts?: pulumi.CustomResourceOptions,
  ): BranchProtection {
    return new BranchProtection(name, state as unknown as BranchProtectionArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/branchProtection:BranchProtection";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is BranchProtection {
    return hasType(obj, BranchProtection.__pulumiType);
  }

  declare readonly allowForcePush: pulumi.Output<boolean>;
  declare readonly allowedToMerges: pulumi.Output<outputs.BranchProtectionAllowedToMerge[]>;
  declare readonly allowedToPushes: pulumi.Output<outputs.BranchProtectionAllowedToPush[]>;
  declare readonly allowedToUnprotects: pulumi.Output<outputs.BranchProtectionAllowedToUnprotect[]>;
  declare readonly branch: pulumi.Output<string>;
  declare readonly branchProtectionId: pulumi.Output<number>;
  declare readonly codeOwnerApprovalRequired: pulumi.Output<boolean>;
  declare readonly mergeAccessLevel: pulumi.Output<string>;
  declare readonly project: pulumi.Output<string>;
  declare readonly pushAccessLevel: pulumi.Output<string>;

  constructor(name: string, args: BranchProtectionArgs, opts?: pulumi.CustomResourceOptions) {
    super(BranchProtection.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface BranchProtectionState extends Omit<BranchProtectionArgs, "branch" | "project"> {
  branch?: pulumi.Input<string | undefined>;
  branchProtectionId?: pulumi.Input<number | undefined>;
  project?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface BranchProtectionArgs {
  allowForcePush?: pulumi.Input<boolean | undefined>;
  allowedToMerges?: pulumi.Input<pulumi.Input<inputs.BranchProtectionAllowedToMerge>[] | undefined>;
  allowedToPushes?: pulumi.Input<pulumi.Input<inputs.BranchProtectionAllowedToPush>[] | undefined>;
  allowedToUnprotects?: pulumi.Input<pulumi.Input<inputs.BranchProtectionAllowedToUnprotect>[] | undefined>;
  branch: pulumi.Input<string>;
  codeOwnerApprovalRequired?: pulumi.Input<boolean | undefined>;
  mergeAccessLevel?: pulumi.Input<string | undefined>;
  project: pulumi.Input<string>;
  pushAccessLevel?: pulumi.Input<string | undefined>;
}
