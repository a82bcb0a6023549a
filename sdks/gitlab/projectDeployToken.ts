// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: ["expiresAt", "name", "project", "scopes", "username", "validatePastExpirationDate"],
  outputs: ["expired", "revoked", "token"],
  required: ["project", "scopes"],
  secretInputs: [],
  secretOutputs: ["token"],
};

export class ProjectDeployToken extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectDeployTokenState,
    opts?: pulumi.CustomResourceOptions,
  ): ProjectDeployToken {
    return new ProjectDeployToken(name, state as unknown as ProjectDeployTokenArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/projectDeployToken:ProjectDeployToken";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ProjectDeployToken {
    return hasType(obj, ProjectDeployToken.__pulumiType);
  }

  declare readonly expired: pulumi.Output<boolean>;
  declare readonly expiresAt: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly project: pulumi.Output<string>;
  declare readonly revoked: pulumi.Output<boolean>;
  declare readonly scopes: pulumi.Output<string[]>;
  declare readonly token: pulumi.Output<string>;
  declare readonly username: pulumi.Output<string>;
  declare readonly validatePastExpirationDate: pulumi.Output<boolean>;

  constructor(name: string, args: ProjectDeployTokenArgs, opts?: pulumi.CustomResourceOptions) {
    super(ProjectDeployToken.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ProjectDeployTokenState extends Omit<ProjectDeployTokenArgs, "project" | "scopes"> {
  expired?: pulumi.Input<boolean | undefined>;
  project?: pulumi.Input<string | undefined>;
  revoked?: pulumi.Input<boolean | undefined>;
  scopes?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  token?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface ProjectDeployTokenArgs {
  expiresAt?: pulumi.Input<string | undefined>;
  name?: pulumi.Input<string | undefined>;
  project: pulumi.Input<string>;
  scopes: pulumi.Input<pulumi.Input<string>[]>;
  username?: pulumi.Input<string | undefined>;
  validatePastExpirationDate?: pulumi.Input<boolean | undefined>;
}
