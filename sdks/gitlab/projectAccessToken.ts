// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "accessLevel",
    "description",
    "expiresAt",
    "name",
    "project",
    "rotationConfiguration",
    "scopes",
    "validatePastExpirationDate",
  ],
  outputs: ["active", "createdAt", "revoked", "token", "userId"],
  required: ["project", "scopes"],
  secretInputs: [],
  secretOutputs: ["token"],
};

export class ProjectAccessToken extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectAccessTokenState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectAccessToken {
    return new ProjectAccessToken(name, state as unknown as ProjectAccessTokenArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectAccessToken:ProjectAccessToken";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectAccessToken {
    return hasType(obj, ProjectAccessToken.__pulumiType);
  }

  declare readonly accessLevel: pulumi.Output<string>;
  declare readonly active: pulumi.Output<boolean>;
  declare readonly createdAt: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string>;
  declare readonly expiresAt: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly project: pulumi.Output<string>;
  declare readonly revoked: pulumi.Output<boolean>;
  declare readonly rotationConfiguration: pulumi.Output<outputs.ProjectAccessTokenRotationConfiguration | undefined>;
  declare readonly scopes: pulumi.Output<string[]>;
  declare readonly token: pulumi.Output<string>;
  declare readonly userId: pulumi.Output<number>;
  declare readonly validatePastExpirationDate: pulumi.Output<boolean>;

  constructor(name: string, args: ProjectAccessTokenArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectAccessToken.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectAccessTokenState extends Omit<ProjectAccessTokenArgs, "project" | "scopes"> {
  active?: pulumi.Input<boolean | undefined>;
  createdAt?: pulumi.Input<string | undefined>;
  project?: pulumi.Input<string | undefined>;
  revoked?: pulumi.Input<boolean | undefined>;
  scopes?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  token?: pulumi.Input<string | undefined>;
  userId?: pulumi.Input<number | undefined>;
}

/** What the resource is made of. */
export interface ProjectAccessTokenArgs {
  accessLevel?: pulumi.Input<string | undefined>;
  description?: pulumi.Input<string | undefined>;
  expiresAt?: pulumi.Input<string | undefined>;
  name?: pulumi.Input<string | undefined>;
  project: pulumi.Input<string>;
  rotationConfiguration?: pulumi.Input<inputs.ProjectAccessTokenRotationConfiguration | undefined>;
  scopes: pulumi.Input<pulumi.Input<string>[]>;
  validatePastExpirationDate?: pulumi.Input<boolean | undefined>;
}
