import * as pulumi from "@pulumi/pulumi";

/** How long tokens live, and which they are. */
export interface TokenWindowArgs {
  /** Days from making to expiry. */
  readonly days: pulumi.Input<number>;
  /** Days before expiry from which the next run makes new ones. */
  readonly renewBefore: pulumi.Input<number>;
  /** Time: what was opened before it is due. @default their age alone counts */
  readonly rotateBefore?: pulumi.Input<string>;
  /** Address of GitLab. */
  readonly url: pulumi.Input<string>;
  /** May list the project's tokens; a secret. */
  readonly token: pulumi.Input<string>;
  readonly caFile?: pulumi.Input<string>;
  /** Number of the project. */
  readonly project: pulumi.Input<string>;
  /** Names of the deploy tokens that live in it. */
  readonly deployTokens: pulumi.Input<string[]>;
  /** Names of the access tokens that live in it. */
  readonly accessTokens: pulumi.Input<string[]>;
}

/**
 * The time in which a set of tokens is used. When less than `renewBefore` is left, or one of them was revoked, the next
 * run opens a new window, and every token with `replaceWith` on it is replaced: the new one is made and delivered before
 * the old one is deleted.
 */
export class TokenWindow extends pulumi.CustomResource {
  /** End of the window: `2027-02-21T00:00:00.000Z`. */
  declare readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: TokenWindowArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "timonier:gitlab:TokenWindow",
      name,
      { ...args, token: pulumi.secret(args.token), expiresAt: undefined, openedAt: undefined },
      opts,
    );
  }
}
