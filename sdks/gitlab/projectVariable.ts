// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "description",
    "environmentScope",
    "hidden",
    "key",
    "masked",
    "project",
    "protected",
    "raw",
    "value",
    "variableType",
  ],
  outputs: [],
  required: ["key", "project", "value"],
  secretInputs: [],
  secretOutputs: [],
};

export class ProjectVariable extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectVariableState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectVariable {
    return new ProjectVariable(name, state as unknown as ProjectVariableArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectVariable:ProjectVariable";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectVariable {
    return hasType(obj, ProjectVariable.__pulumiType);
  }

  declare readonly description: pulumi.Output<string>;
  declare readonly environmentScope: pulumi.Output<string>;
  declare readonly hidden: pulumi.Output<boolean>;
  declare readonly key: pulumi.Output<string>;
  declare readonly masked: pulumi.Output<boolean>;
  declare readonly project: pulumi.Output<string>;
  declare readonly protected: pulumi.Output<boolean>;
  declare readonly raw: pulumi.Output<boolean>;
  declare readonly value: pulumi.Output<string>;
  declare readonly variableType: pulumi.Output<string>;

  constructor(name: string, args: ProjectVariableArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectVariable.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectVariableState extends Omit<ProjectVariableArgs, "key" | "project" | "value"> {
  key?: pulumi.Input<string | undefined>;
  project?: pulumi.Input<string | undefined>;
  value?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectVariableArgs {
  description?: pulumi.Input<string | undefined>;
  environmentScope?: pulumi.Input<string | undefined>;
  hidden?: pulumi.Input<boolean | undefined>;
  key: pulumi.Input<string>;
  masked?: pulumi.Input<boolean | undefined>;
  project: pulumi.Input<string>;
  protected?: pulumi.Input<boolean | undefined>;
  raw?: pulumi.Input<boolean | undefined>;
  value: pulumi.Input<string>;
  variableType?: pulumi.Input<string | undefined>;
}
