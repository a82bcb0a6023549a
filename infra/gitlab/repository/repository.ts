import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { ReviewConfig } from "../../config.js";
import { FirstCommit } from "../../resources/first-commit/resource.js";
import { TokenWindow } from "../../resources/token-window/resource.js";
import { addressOf, type GitLabInstance } from "../gitlab-instance.js";
import { ownerTopic } from "../preflight/gitlab-facts.js";
import { adoptionOf } from "./adoption.js";
import { ciVariables } from "./ci.js";
import { names } from "./names.js";
import { protectBranch } from "./protection.js";

/** Name that pipelines use beside their token: GitLab would choose another one at each renewal. */
const PIPELINE_USER = "timonier-pipelines";

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
  /** Folders whose files are in the first commit too, and are not proposed to a repository that is there. @default none */
  readonly seedOfNew?: readonly string[];
  /** Where Flux's components are among these files, and their version. undefined: nowhere. */
  readonly flux?: { readonly path: string; readonly version: string };
  /** Cluster that reads it. */
  readonly cluster: string;
  readonly review: ReviewConfig;
  /** Whether its pipelines get a token of their own, where the licence has those. */
  readonly ciToken: boolean;
  /** Whether pipelines of others get a token that reads it. @default false */
  readonly readByPipelines?: boolean;
  /** Whether the cluster gets a token that pushes to branches that are not protected, where the licence has those. */
  readonly imageAutomation?: boolean;
  /** Days that its tokens live. */
  readonly tokenDays: number;
  /** Time: tokens made before it are renewed. undefined: their age alone counts. */
  readonly rotateBefore: string | undefined;
}

/** A credential for Git over HTTPS. */
export interface GitCredential {
  readonly username: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

/**
 * A GitLab repository with its first commit, a branch that nobody pushes to, one read token for one cluster, and what its
 * pipelines need.
 */
export class Repository extends pulumi.ComponentResource {
  /** Address for Git, ending in `.git`: known before the repository exists. */
  readonly url: string;
  /** `team/platform/setup` */
  readonly fullPath: string;
  /** Reads this repository and nothing else. */
  readonly credential: GitCredential;
  /** Pushes to branches of this repository that are not protected. undefined: nobody asked, or the licence lacks it. */
  readonly pushCredential: GitCredential | undefined;
  /** Reads this repository, for pipelines of another one; a secret. undefined: nobody asked. */
  readonly pipelineToken: pulumi.Output<string> | undefined;
  /** Whether this stack sets protection and pipelines' variables. */
  readonly rules: boolean;
  /** What has to be there before the branch can be followed. */
  readonly seeded: FirstCommit;
  /** Number of the project. */
  readonly projectId: pulumi.Output<string>;
  /** For other resources of the project. */
  readonly child: pulumi.CustomResourceOptions;

  constructor(name: string, args: RepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:gitlab:Repository", name, {}, opts);
    const { instance } = args;
    const child: pulumi.CustomResourceOptions = {
      parent: this,
      provider: instance.provider,
      ...(instance.owned && { deletedWith: instance.owned, replaceWith: [instance.owned] }),
    };
    this.child = child;
    this.fullPath = `${instance.namespace.path}/${args.path}`;
    this.url = addressOf(instance, args.path);

    const adoption = adoptionOf(instance.existing.get(args.path), args.protect);
    this.rules = adoption.rules;
    const project = new gitlab.Project(
      `${name}-project`,
      {
        name: args.path,
        path: args.path,
        description: args.description,
        visibilityLevel: args.visibility,
        topics: [ownerTopic(args.cluster)],
        initializeWithReadme: false,
        // The first commit comes first and protection after it; waiting for GitLab's own protection would never end.
        skipWaitForDefaultBranchProtection: true,
        removeSourceBranchAfterMerge: true,
        onlyAllowMergeIfAllDiscussionsAreResolved: true,
        onlyAllowMergeIfPipelineSucceeds: args.review.requirePipeline,
        permanentlyDeleteOnDestroy: !args.protect,
        ...(instance.namespace.id !== undefined && { namespaceId: instance.namespace.id }),
      },
      { ...child, ...adoption.project },
    );
    this.projectId = project.id;
    this.seeded = new FirstCommit(
      `${name}-seed`,
      {
        url: instance.url,
        token: instance.token,
        ...(instance.caFile && { caFile: instance.caFile }),
        project: project.id,
        branch: args.branch,
        proposalBranch: `timonier/add-${args.cluster}`,
        message: `Add the manifests of cluster ${args.cluster}`,
        folders: [...args.seed],
        ...(args.seedOfNew && { firstFolders: [...args.seedOfNew] }),
        ...(args.flux && {
          upgrade: {
            ...args.flux,
            branch: `timonier/flux-${args.cluster}`,
            message: `Upgrade Flux of cluster ${args.cluster} to ${args.flux.version}`,
          },
        }),
      },
      // A new GitLab may give its projects the old ones' numbers: that they are new is not seen by them.
      { parent: this, ...(instance.owned && { deletedWith: instance.owned, replaceWith: [instance.owned] }) },
    );
    if (adoption.rules) {
      protectBranch(
        name,
        { project: project.id, branch: args.branch, features: instance.features, review: args.review },
        { ...child, ...adoption.guard, dependsOn: this.seeded },
      );
    }

    const readToken = names.readToken(args.cluster, args.path);
    const noteToken =
      adoption.rules && args.ciToken && instance.features.projectTokens ? names.noteToken(args.path) : undefined;
    const pushToken =
      args.imageAutomation && instance.features.projectTokens ? names.pushToken(args.cluster, args.path) : undefined;
    const pipelineToken = adoption.rules && args.readByPipelines ? names.pipelineToken(args.path) : undefined;
    const window = new TokenWindow(
      `${name}-token-window`,
      {
        days: args.tokenDays,
        renewBefore: Math.floor(args.tokenDays / 3),
        ...(args.rotateBefore && { rotateBefore: args.rotateBefore }),
        url: instance.url,
        token: instance.token,
        ...(instance.caFile && { caFile: instance.caFile }),
        project: project.id,
        deployTokens: [readToken, pipelineToken].filter((token) => typeof token === "string"),
        accessTokens: [noteToken, pushToken].filter((token) => typeof token === "string"),
      },
      { parent: this },
    );
    // The official provider would delete first, since the name is given: readers would be without a token in between.
    const renewed = { ...child, deleteBeforeReplace: false, replaceWith: [...(child.replaceWith ?? []), window] };
    const token = new gitlab.ProjectDeployToken(
      `${name}-read-token`,
      { project: project.id, name: readToken, scopes: ["read_repository"], expiresAt: window.expiresAt },
      renewed,
    );
    this.pipelineToken = pipelineToken
      ? new gitlab.ProjectDeployToken(
          `${name}-pipeline-token`,
          {
            project: project.id,
            name: pipelineToken,
            username: PIPELINE_USER,
            scopes: ["read_repository"],
            expiresAt: window.expiresAt,
          },
          renewed,
        ).token
      : undefined;
    const expiresAt = window.expiresAt.apply((end) => end.slice(0, 10));
    const notes =
      noteToken &&
      new gitlab.ProjectAccessToken(
        `${name}-note-token`,
        {
          project: project.id,
          name: noteToken,
          description: "Notes of pipelines on merge requests",
          // GitLab has no narrower scope for notes; the role is the lowest that sees merge requests.
          scopes: ["api"],
          accessLevel: "reporter",
          expiresAt,
        },
        renewed,
      );
    const push =
      pushToken &&
      new gitlab.ProjectAccessToken(
        `${name}-push-token`,
        {
          project: project.id,
          name: pushToken,
          description: `Image updates of cluster ${args.cluster}, on branches that are not protected`,
          scopes: ["write_repository"],
          accessLevel: "developer",
          expiresAt,
        },
        renewed,
      );
    // GitLab takes any user's name beside such a token.
    this.pushCredential = push ? { username: pulumi.output("oauth2"), password: push.token } : undefined;
    if (adoption.rules) {
      ciVariables(
        name,
        { project: project.id, token: notes ? notes.token : undefined, caBundle: instance.caBundle },
        child,
      );
    }
    this.credential = { username: token.username, password: token.token };
    this.registerOutputs({ url: this.url });
  }
}
