import * as pulumi from "@pulumi/pulumi";
import type { FirstCommit } from "../../resources/first-commit/resource.js";
import { addressOf, ownedBy } from "../gitlab-instance.js";
import { type Adoption, adoptionOf } from "./adoption.js";
import { commitContent, type InitialContent } from "./initial-content.js";
import { noteVariables } from "./pipeline-variables.js";
import { createProject, type ProjectArgs } from "./project.js";
import { protectBranch } from "./protection.js";
import type { TokenNeeds } from "./token-table.js";
import { type CreatedToken, RepositoryTokens } from "./tokens.js";

/** A repository that Flux follows, for one cluster. */
export interface RepositoryArgs extends ProjectArgs {
  readonly branch: string;
  readonly content: InitialContent;
  readonly tokens: TokenSettings;
  /** What becomes of a project that is there. @default there is none */
  readonly adoption?: Adoption;
}

/** Which tokens a repository gets, where the licence has them, and how long they live. */
export interface TokenSettings extends Pick<TokenNeeds, "notes" | "readByPipelines" | "imageAutomation"> {
  /** Days that each token lives. */
  readonly days: number;
  /** Tokens made before this time are renewed. @default only their age counts */
  readonly rotateBefore: string | undefined;
}

/** A credential for Git over HTTPS. */
export interface GitCredential {
  readonly username: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

/**
 * A GitLab repository: its project, the first commit, the protection of its branch, tokens for its
 * readers, and the variables of its pipelines.
 *
 * @example
 * const cluster = "west";
 * new Repository("setup", { instance, path: "gitops-setup", branch: "main", cluster, content, ... });
 */
export class Repository extends pulumi.ComponentResource {
  /** Address for Git, ending in `.git`: known before the repository exists. */
  readonly url: string;
  /** `team/platform/setup` */
  readonly fullPath: string;
  /** Reads this repository and nothing else. */
  readonly credential: GitCredential;
  /**
   * Pushes to branches that are not protected.
   *
   * @default no image automation, or the licence lacks such tokens
   */
  readonly pushCredential: GitCredential | undefined;
  /** Reads this repository, for the pipelines of another one; a secret. @default none is needed */
  readonly pipelineToken: pulumi.Output<string> | undefined;
  /** Whether this stack sets the protection and the variables of the pipelines. */
  readonly managed: boolean;
  /** The branch can be followed once this exists. */
  readonly firstCommit: FirstCommit;
  /** Number of the project. */
  readonly projectId: pulumi.Output<string>;
  /** Options for other resources of the project. */
  readonly child: pulumi.CustomResourceOptions;

  constructor(name: string, args: RepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:gitlab:Repository", name, {}, opts);
    const { instance, path, branch, cluster, review } = args;
    const { features, caBundle } = instance;
    const { adoption = adoptionOf(undefined, { protect: args.protect, isRecorded: true }) } = args;
    this.fullPath = `${instance.namespace.path}/${path}`;
    this.url = addressOf(instance, path);
    this.managed = adoption.managed;
    this.child = { parent: this, provider: instance.provider, ...ownedBy(instance) };

    const project = createProject(name, args, { ...this.child, ...adoption.project }).id;
    this.projectId = project;
    this.firstCommit = commitContent(name, args.content, { instance, project, branch, cluster }, this);
    if (this.managed) {
      const afterwards = { ...this.child, ...adoption.guard, dependsOn: this.firstCommit };
      protectBranch(name, { project, branch, features, review }, afterwards);
    }
    const { days, rotateBefore, ...wanted } = args.tokens;
    const needs = { ...wanted, managed: this.managed, projectTokens: features.projectTokens };
    const common = { instance, project, path, cluster };
    const tokens = new RepositoryTokens(name, { ...common, needs, days, rotateBefore }, this.child);
    const { read, push, pipeline, note } = tokens.created;
    this.credential = credentialOf(read);
    this.pushCredential = push && credentialOf(push);
    this.pipelineToken = pipeline?.token;
    if (this.managed) noteVariables(name, { project, token: note?.token, caBundle }, this.child);
    this.registerOutputs({ url: this.url });
  }
}

function credentialOf({ username = pulumi.output("oauth2"), token }: CreatedToken): GitCredential {
  return { username, password: token };
}
