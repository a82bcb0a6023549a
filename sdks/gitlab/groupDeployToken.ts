// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: ["expiresAt", "group", "name", "scopes", "username", "validatePastExpirationDate"],
  outputs: ["expired", "revoked", "token"],
  required: ["group", "scopes"],
  secretInputs: [],
  secretOutputs: ["token"],
};

export class GroupDeployToken extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: GroupDeployTokenState,
    opts?: pulumi.CustomResourceOptions,
  ): GroupDeployToken {
    return new GroupDeployToken(name, state as unknown as GroupDeployTokenArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/groupDeployToken:GroupDeployToken";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is GroupDeployToken {
    return hasType(obj, GroupDeployToken.__pulumiType);
  }

  declare readonly expired: pulumi.Output<boolean>;
  declare readonly expiresAt: pulumi.Output<string>;
  declare readonly group: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly revoked: pulumi.Output<boolean>;
  declare readonly scopes: pulumi.Output<string[]>;
  declare readonly token: pulumi.Output<string>;
  declare readonly username: pulumi.Output<string>;
  declare readonly validatePastExpirationDate: pulumi.Output<boolean>;

  constructor(name: string, args: GroupDeployTokenArgs, opts?: pulumi.CustomResourceOptions) {
    super(GroupDeployToken.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface GroupDeployTokenState extends Omit<GroupDeployTokenArgs, "group" | "scopes"> {
  expired?: pulumi.Input<boolean | undefined>;
  group?: pulumi.Input<string | undefined>;
  revoked?: pulumi.Input<boolean | undefined>;
  scopes?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  token?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface GroupDeployTokenArgs {
  expiresAt?: pulumi.Input<string | undefined>;
  group: pulumi.Input<string>;
  name?: pulumi.Input<string | undefined>;
  scopes: pulumi.Input<pulumi.Input<string>[]>;
  username?: pulumi.Input<string | undefined>;
  validatePastExpirationDate?: pulumi.Input<boolean | undefined>;
}
