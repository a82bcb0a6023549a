// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: ["enabled", "project", "targetGroupIds", "targetProjectIds"],
  outputs: [],
  required: ["project"],
  secretInputs: [],
  secretOutputs: [],
};

export class ProjectJobTokenScopes extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectJobTokenScopesState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectJobTokenScopes {
    return new ProjectJobTokenScopes(name, state as unknown as ProjectJobTokenScopesArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectJobTokenScopes:ProjectJobTokenScopes";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectJobTokenScopes {
    return hasType(obj, ProjectJobTokenScopes.__pulumiType);
  }

  declare readonly enabled: pulumi.Output<boolean>;
  declare readonly project: pulumi.Output<string>;
  declare readonly targetGroupIds: pulumi.Output<number[]>;
  declare readonly targetProjectIds: pulumi.Output<number[]>;

  constructor(name: string, args: ProjectJobTokenScopesArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectJobTokenScopes.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectJobTokenScopesState extends Omit<ProjectJobTokenScopesArgs, "project"> {
  project?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectJobTokenScopesArgs {
  enabled?: pulumi.Input<boolean | undefined>;
  project: pulumi.Input<string>;
  targetGroupIds?: pulumi.Input<pulumi.Input<number>[] | undefined>;
  targetProjectIds?: pulumi.Input<pulumi.Input<number>[] | undefined>;
}
