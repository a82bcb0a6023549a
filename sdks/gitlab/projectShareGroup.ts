// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: ["expiresAt", "groupAccess", "groupId", "project"],
  outputs: [],
  required: ["groupAccess", "groupId", "project"],
  secretInputs: [],
  secretOutputs: [],
};

export class ProjectShareGroup extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectShareGroupState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectShareGroup {
    return new ProjectShareGroup(name, state as unknown as ProjectShareGroupArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectShareGroup:ProjectShareGroup";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectShareGroup {
    return hasType(obj, ProjectShareGroup.__pulumiType);
  }

  declare readonly expiresAt: pulumi.Output<string | undefined>;
  declare readonly groupAccess: pulumi.Output<string>;
  declare readonly groupId: pulumi.Output<number>;
  declare readonly project: pulumi.Output<string>;

  constructor(name: string, args: ProjectShareGroupArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectShareGroup.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectShareGroupState extends Omit<ProjectShareGroupArgs, "groupAccess" | "groupId" | "project"> {
  groupAccess?: pulumi.Input<string | undefined>;
  groupId?: pulumi.Input<number | undefined>;
  project?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectShareGroupArgs {
  expiresAt?: pulumi.Input<string | undefined>;
  groupAccess: pulumi.Input<string>;
  groupId: pulumi.Input<number>;
  project: pulumi.Input<string>;
}
