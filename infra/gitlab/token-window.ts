import * as pulumi from "@pulumi/pulumi";

/** How long a token lives. */
export interface TokenWindowArgs {
  /** Days from making to expiry. */
  readonly days: pulumi.Input<number>;
  /** Days before expiry from which the next run makes a new one. */
  readonly renewBefore: pulumi.Input<number>;
}

/**
 * The time in which one token is used. When less than `renewBefore` is left the next run opens a new window, and every
 * token that takes its expiry from here is replaced: the new one is made and delivered before the old one is deleted.
 */
export class TokenWindow extends pulumi.CustomResource {
  /** End of the window: `2027-02-21T00:00:00.000Z`. */
  declare readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: TokenWindowArgs, opts?: pulumi.CustomResourceOptions) {
    super("timonier:gitlab:TokenWindow", name, { ...args, expiresAt: undefined }, opts);
  }
}
