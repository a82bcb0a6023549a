import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { TokenWindow } from "../../resources/token-window/resource.js";
import type { GitLabInstance } from "../gitlab-instance.js";
import { neededTokens, type RepositoryToken, type TokenNeeds, type TokenPurpose } from "./token-table.js";

/** The tokens of one repository, and how long they live. */
export interface RepositoryTokensArgs {
  readonly instance: GitLabInstance;
  /** Number of the project. */
  readonly project: pulumi.Output<string>;
  /** Last part of the repository's path. */
  readonly path: string;
  readonly cluster: string;
  readonly needs: TokenNeeds;
  /** Days that each token lives. */
  readonly days: number;
  /** Tokens made before this time are renewed. @default only their age counts */
  readonly rotateBefore: string | undefined;
}

/** A token as GitLab shows it once. */
export interface CreatedToken {
  /** @default none: GitLab accepts any user name beside an access token */
  readonly username?: pulumi.Output<string>;
  /** Secret. */
  readonly token: pulumi.Output<string>;
}

/** Every repository has the token `read`. */
type CreatedTokens = Partial<Record<TokenPurpose, CreatedToken>> & { readonly read: CreatedToken };

/** Tokens of token-table.ts that a repository needs, renewed together. */
export class RepositoryTokens extends pulumi.ComponentResource {
  /** @default undefined for a token that the repository does not need, or that the licence lacks */
  readonly created: CreatedTokens;

  /** @param child options of resources in GitLab; their parent is the repository */
  constructor(name: string, args: RepositoryTokensArgs, child: pulumi.CustomResourceOptions) {
    const { parent: repository, ...rest } = child;
    super("timonier:gitlab:RepositoryTokens", `${name}-tokens`, {}, { ...(repository && { parent: repository }) });
    // Stacks made before this component have the tokens directly below the repository.
    const own = { parent: this, ...(repository && { aliases: [{ parent: repository }] }) };
    const needed = neededTokens(args.needs);
    const window = new TokenWindow(`${name}-token-window`, windowOf(args, needed), own);
    const options: pulumi.CustomResourceOptions = {
      ...rest,
      ...own,
      // Create the new token first: Pulumi would delete the old one before, because the name stays
      // the same, and the cluster could not read in between.
      deleteBeforeReplace: false,
      replaceWith: [...(rest.replaceWith ?? []), window],
    };
    const { expiresAt } = window;
    this.created = Object.fromEntries(
      needed.map(([purpose, token]) => [
        purpose,
        createToken(`${name}-${purpose}-token`, token, { ...args, expiresAt }, options),
      ]),
    ) as CreatedTokens;
    this.registerOutputs({});
  }
}

function windowOf(args: RepositoryTokensArgs, needed: ReturnType<typeof neededTokens>) {
  const { instance, project, path, cluster, days, rotateBefore } = args;
  const namesOf = (kind: RepositoryToken["kind"]) =>
    needed.filter(([, token]) => token.kind === kind).map(([, { name }]) => name(cluster, path));
  return {
    days,
    renewBefore: Math.floor(days / 3),
    ...(rotateBefore && { rotateBefore }),
    url: instance.url,
    token: instance.token,
    ...(instance.caFile && { caFile: instance.caFile }),
    project,
    deployTokens: namesOf("deploy"),
    accessTokens: namesOf("access"),
  };
}

function createToken(
  name: string,
  token: RepositoryToken,
  args: RepositoryTokensArgs & { readonly expiresAt: pulumi.Output<string> },
  options: pulumi.CustomResourceOptions,
): CreatedToken {
  const { project, cluster, path, expiresAt } = args;
  const common = { project, name: token.name(cluster, path), scopes: [...token.scopes] };
  switch (token.kind) {
    case "deploy":
      return new gitlab.ProjectDeployToken(
        name,
        { ...common, ...(token.username && { username: token.username }), expiresAt },
        options,
      );
    case "access": {
      const { accessLevel, description } = token;
      // GitLab keeps the expiry of these as a date.
      const date = expiresAt.apply((end) => end.slice(0, 10));
      const created = new gitlab.ProjectAccessToken(
        name,
        { ...common, description: description(cluster), accessLevel, expiresAt: date },
        options,
      );
      return { token: created.token };
    }
  }
}
