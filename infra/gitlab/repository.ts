import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { GitLabInstance } from "./instance.js";
import { Seed } from "./seed.js";
import { TokenWindow } from "./token-window.js";

/** A repository that Flux follows. */
export interface RepositoryArgs {
  readonly instance: GitLabInstance;
  /** Last part of its path. */
  readonly path: string;
  readonly description: string;
  readonly branch: string;
  readonly visibility: "private" | "internal" | "public";
  /** Refuse to delete it. */
  readonly protect: boolean;
  /** Folders whose files together are the first commit. */
  readonly seed: readonly string[];
  /** Cluster that reads it. */
  readonly cluster: string;
  /** Days that its read token lives. */
  readonly tokenDays: number;
}

/** A credential for Git over HTTPS. */
export interface GitCredential {
  readonly username: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

/**
 * A GitLab repository with its first commit, a branch that nobody pushes to, and one read token for one cluster.
 */
export class Repository extends pulumi.ComponentResource {
  /** Address for Git, ending in `.git`: known before the repository exists. */
  readonly url: string;
  /** `team/platform/setup` */
  readonly fullPath: string;
  /** Reads this repository and nothing else. */
  readonly credential: GitCredential;
  /** What has to be there before the branch can be followed. */
  readonly seeded: pulumi.Resource;

  constructor(name: string, args: RepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:gitlab:Repository", name, {}, opts);
    const { instance } = args;
    const child: pulumi.CustomResourceOptions = {
      parent: this,
      provider: instance.provider,
      ...(instance.owned && { deletedWith: instance.owned, replaceWith: [instance.owned] }),
    };
    this.fullPath = `${instance.namespace.path}/${args.path}`;
    this.url = `${instance.url}/${this.fullPath}.git`;

    const project = new gitlab.Project(
      `${name}-project`,
      {
        name: args.path,
        path: args.path,
        description: args.description,
        visibilityLevel: args.visibility,
        initializeWithReadme: false,
        // The first commit comes first and protection after it; waiting for GitLab's own protection would never end.
        skipWaitForDefaultBranchProtection: true,
        removeSourceBranchAfterMerge: true,
        onlyAllowMergeIfAllDiscussionsAreResolved: true,
        ...(instance.namespace.id !== undefined && { namespaceId: instance.namespace.id }),
      },
      { ...child, protect: args.protect },
    );
    this.seeded = new Seed(
      `${name}-seed`,
      {
        url: instance.url,
        token: instance.token,
        ...(instance.caFile && { caFile: instance.caFile }),
        project: project.id,
        branch: args.branch,
        message: `Add the manifests of cluster ${args.cluster}`,
        folders: [...args.seed],
      },
      // A new GitLab may give its projects the old ones' numbers: that they are new is not seen by them.
      { parent: this, ...(instance.owned && { deletedWith: instance.owned, replaceWith: [instance.owned] }) },
    );
    new gitlab.BranchProtection(
      `${name}-protection`,
      {
        project: project.id,
        branch: args.branch,
        pushAccessLevel: "no one",
        mergeAccessLevel: "maintainer",
        allowForcePush: false,
      },
      { ...child, dependsOn: this.seeded },
    );
    const window = new TokenWindow(
      `${name}-token-window`,
      { days: args.tokenDays, renewBefore: Math.floor(args.tokenDays / 3) },
      { parent: this },
    );
    const token = new gitlab.ProjectDeployToken(
      `${name}-read-token`,
      {
        project: project.id,
        name: `${args.cluster}-${args.path}`,
        scopes: ["read_repository"],
        expiresAt: window.expiresAt,
      },
      // The official provider would delete first, since the name is given: its readers would be without a token in between.
      { ...child, deleteBeforeReplace: false },
    );
    this.credential = { username: token.username, password: token.token };
    this.registerOutputs({ url: this.url });
  }
}
