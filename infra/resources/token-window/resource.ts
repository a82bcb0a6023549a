import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import type { ResourceArgs } from "../shape.js";
import { tokenWindowShape } from "./schema.js";

/** How long tokens live, and which tokens they are. */
export type TokenWindowArgs = ResourceArgs<typeof tokenWindowShape>;

/**
 * The time in which a set of tokens is used. When less than `renewBefore` is left, or one of the
 * tokens was revoked, the next run opens a new window, and every token that has it in `replaceWith`
 * is replaced: the new token is created and delivered before the old one is deleted.
 */
export class TokenWindow extends OwnResource<typeof tokenWindowShape> {
  /** End of the window: `2027-02-21T00:00:00.000Z`. */
  declare readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: TokenWindowArgs, opts?: pulumi.CustomResourceOptions) {
    super(tokenWindowShape, name, args, opts);
  }
}
