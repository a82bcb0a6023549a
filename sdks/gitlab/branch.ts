// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: ["keepOnDestroy", "name", "project", "ref"],
  outputs: ["canPush", "commits", "default", "developerCanMerge", "developerCanPush", "merged", "protected", "webUrl"],
  required: ["project", "ref"],
  secretInputs: [],
  secretOutputs: [],
};

export class Branch extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: BranchState,
    opts?: pulumi.CustomResourceOptions,
  ): Branch {
    return new Branch(name, state as unknown as BranchArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/branch:Branch";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is Branch {
    return hasType(obj, Branch.__pulumiType);
  }

  declare readonly canPush: pulumi.Output<boolean>;
  declare readonly commits: pulumi.Output<outputs.BranchCommit[]>;
  declare readonly default: pulumi.Output<boolean>;
  declare readonly developerCanMerge: pulumi.Output<boolean>;
  declare readonly developerCanPush: pulumi.Output<boolean>;
  declare readonly keepOnDestroy: pulumi.Output<boolean>;
  declare readonly merged: pulumi.Output<boolean>;
  declare readonly name: pulumi.Output<string>;
  declare readonly project: pulumi.Output<string>;
  declare readonly protected: pulumi.Output<boolean>;
  declare readonly ref: pulumi.Output<string>;
  declare readonly webUrl: pulumi.Output<string>;

  constructor(name: string, args: BranchArgs, opts?: pulumi.CustomResourceOptions) {
    super(Branch.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface BranchState extends Omit<BranchArgs, "project" | "ref"> {
  canPush?: pulumi.Input<boolean | undefined>;
  commits?: pulumi.Input<pulumi.Input<inputs.BranchCommit>[] | undefined>;
  default?: pulumi.Input<boolean | undefined>;
  developerCanMerge?: pulumi.Input<boolean | undefined>;
  developerCanPush?: pulumi.Input<boolean | undefined>;
  merged?: pulumi.Input<boolean | undefined>;
  project?: pulumi.Input<string | undefined>;
  protected?: pulumi.Input<boolean | undefined>;
  ref?: pulumi.Input<string | undefined>;
  webUrl?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface BranchArgs {
  keepOnDestroy?: pulumi.Input<boolean | undefined>;
  name?: pulumi.Input<string | undefined>;
  project: pulumi.Input<string>;
  ref: pulumi.Input<string>;
}
