import type * as gitlab from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";
import type { Owner } from "./preflight/gitlab-facts.js";
import type { Tier } from "./tier.js";

/** The GitLab that a stack uses, with the administrator's credential, which only Pulumi has. */
export interface GitLabInstance {
  /** URL without a slash at the end. A plain value, because manifests in Git contain it. */
  readonly url: string;
  /** URL at which the cluster reaches it. The addresses of repositories begin with it. */
  readonly gitUrl: string;
  /** PEM file of the authority that signed its certificate. @default the system's authorities */
  readonly caFile: string | undefined;
  /** Text of {@link caFile}. */
  readonly caBundle: string | undefined;
  /** What its licence includes. */
  readonly features: GitLabFeatures;
  /** Secret. */
  readonly token: pulumi.Output<string>;
  readonly provider: gitlab.Provider;
  /** Where repositories are created. */
  readonly namespace: GitLabNamespace;
  /** The GitLab itself, if the stack owns it: its repositories are deleted with it. */
  readonly owned: pulumi.Resource | undefined;
  /** Projects that exist already, by the last part of their paths. */
  readonly existing: ReadonlyMap<string, ExistingRepository>;
}

/** A project that existed before this run. */
export interface ExistingRepository {
  readonly id: number;
  readonly owner: Owner;
  /**
   * What to do with a project that is scheduled for deletion, and its path now.
   *
   * @default it is not scheduled
   */
  readonly scheduled?: { readonly path: string; readonly action: "restore" | "purge" };
}

/** Options of resources in a GitLab that the stack owns: they are deleted and replaced with it. */
export function ownedBy({ owned }: GitLabInstance): pulumi.CustomResourceOptions {
  return owned ? { deletedWith: owned, replaceWith: [owned] } : {};
}

/** URL of a repository for Git. @param path its last part */
export function addressOf({ gitUrl, namespace }: Pick<GitLabInstance, "gitUrl" | "namespace">, path: string): string {
  return `${gitUrl}/${namespace.path}/${path}.git`;
}

/** A group or a user. */
export interface GitLabNamespace {
  /** Full path: `team/platform`. */
  readonly path: string;
  /** @default the token's user */
  readonly id: pulumi.Input<number> | undefined;
}

/** Features of GitLab that this program uses where the licence includes them. */
export interface GitLabFeatures {
  /** Required approvals, code owners, and no approval by the author. */
  readonly approvals: boolean;
  /** Project access tokens. */
  readonly projectTokens: boolean;
  /**
   * Whether access levels of a branch are lists. The official plugin requires that on a licensed
   * Enterprise Edition.
   */
  readonly levelLists: boolean;
}

/**
 * Features of a tier. Project access tokens require Premium on gitlab.com, and no licence
 * elsewhere. A trial on gitlab.com allows one of them, and each repository needs its own.
 *
 * @param official whether Pulumi's official plugin is used
 * @see https://docs.gitlab.com/user/project/settings/project_access_tokens/
 */
export function featuresOf(tier: Tier, url: string, official = false): GitLabFeatures {
  const licensed = tier === "premium" || tier === "trial";
  return {
    approvals: licensed,
    projectTokens: tier === "premium" || !isHosted(url),
    levelLists: licensed && official,
  };
}

/** Whether it is gitlab.com. */
export function isHosted(url: string): boolean {
  return new URL(url).hostname === "gitlab.com";
}

/** Output of the stack that says which protection the licence allows. */
export function describeProtection({ approvals }: GitLabFeatures): string {
  const common = "no one pushes, maintainers merge, discussions must be resolved";
  return approvals
    ? `${common}; approvals are required, not by the author`
    : `${common}; no required approvals (they require Premium; set gitlabTier if the licence is hidden from this token)`;
}
