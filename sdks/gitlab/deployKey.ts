// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: ["canPush", "expiresAt", "key", "project", "title"],
  outputs: ["deployKeyId"],
  required: ["key", "project", "title"],
  secretInputs: [],
  secretOutputs: [],
};

export class DeployKey extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: DeployKeyState,
    opts?: pulumi.CustomResourceOptions,
  ): DeployKey {
    return new DeployKey(name, state as unknown as DeployKeyArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/deployKey:DeployKey";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is DeployKey {
    return hasType(obj, DeployKey.__pulumiType);
  }

  declare readonly canPush: pulumi.Output<boolean | undefined>;
  declare readonly deployKeyId: pulumi.Output<number>;
  declare readonly expiresAt: pulumi.Output<string | undefined>;
  declare readonly key: pulumi.Output<string>;
  declare readonly project: pulumi.Output<string>;
  declare readonly title: pulumi.Output<string>;

  constructor(name: string, args: DeployKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(DeployKey.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface DeployKeyState extends Omit<DeployKeyArgs, "key" | "project" | "title"> {
  deployKeyId?: pulumi.Input<number | undefined>;
  key?: pulumi.Input<string | undefined>;
  project?: pulumi.Input<string | undefined>;
  title?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface DeployKeyArgs {
  canPush?: pulumi.Input<boolean | undefined>;
  expiresAt?: pulumi.Input<string | undefined>;
  key: pulumi.Input<string>;
  project: pulumi.Input<string>;
  title: pulumi.Input<string>;
}
