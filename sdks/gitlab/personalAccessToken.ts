// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "description",
    "expiresAt",
    "name",
    "rotationConfiguration",
    "scopes",
    "userId",
    "validatePastExpirationDate",
  ],
  outputs: ["active", "createdAt", "revoked", "token"],
  required: ["scopes", "userId"],
  secretInputs: [],
  secretOutputs: ["token"],
};

export class PersonalAccessToken extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: PersonalAccessTokenState,
    opts?: pulumi.CustomResourceOptions,
  ): PersonalAccessToken {
    return new PersonalAccessToken(name, state as unknown as PersonalAccessTokenArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/personalAccessToken:PersonalAccessToken";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is PersonalAccessToken {
    return hasType(obj, PersonalAccessToken.__pulumiType);
  }

  declare readonly active: pulumi.Output<boolean>;
  declare readonly createdAt: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string>;
  declare readonly expiresAt: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly revoked: pulumi.Output<boolean>;
  declare readonly rotationConfiguration: pulumi.Output<outputs.PersonalAccessTokenRotationConfiguration | undefined>;
  declare readonly scopes: pulumi.Output<string[]>;
  declare readonly token: pulumi.Output<string>;
  declare readonly userId: pulumi.Output<number>;
  declare readonly validatePastExpirationDate: pulumi.Output<boolean>;

  constructor(name: string, args: PersonalAccessTokenArgs, opts?: pulumi.CustomResourceOptions) {
    super(PersonalAccessToken.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface PersonalAccessTokenState extends Omit<PersonalAccessTokenArgs, "scopes" | "userId"> {
  active?: pulumi.Input<boolean | undefined>;
  createdAt?: pulumi.Input<string | undefined>;
  revoked?: pulumi.Input<boolean | undefined>;
  scopes?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  token?: pulumi.Input<string | undefined>;
  userId?: pulumi.Input<number | undefined>;
}

/** What the resource is made of. */
export interface PersonalAccessTokenArgs {
  description?: pulumi.Input<string | undefined>;
  expiresAt?: pulumi.Input<string | undefined>;
  name?: pulumi.Input<string | undefined>;
  rotationConfiguration?: pulumi.Input<inputs.PersonalAccessTokenRotationConfiguration | undefined>;
  scopes: pulumi.Input<pulumi.Input<string>[]>;
  userId: pulumi.Input<number>;
  validatePastExpirationDate?: pulumi.Input<boolean | undefined>;
}
