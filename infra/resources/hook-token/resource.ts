import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import { hookTokenShape } from "./schema.js";

/** A secret that a GitLab webhook and its Flux Receiver share; generated once. */
export class HookToken extends OwnResource<typeof hookTokenShape> {
  /** Secret. */
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(hookTokenShape, name, {}, opts);
  }
}
