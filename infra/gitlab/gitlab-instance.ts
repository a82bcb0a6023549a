import type * as gitlab from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";
import type { Owner } from "./preflight/gitlab-facts.js";
import type { Tier } from "./tier.js";

/** The GitLab that a stack uses, with the administrator's credential that Pulumi alone holds. */
export interface GitLabInstance {
  /** Address without a slash at the end: plain, since manifests in Git contain it. */
  readonly url: string;
  /** The same as the cluster reaches it: repositories are named by it. */
  readonly gitUrl: string;
  /** PEM file of the authority that signed its certificate. undefined: the system's own. */
  readonly caFile: string | undefined;
  /** Text of {@link caFile}. */
  readonly caBundle: string | undefined;
  /** What its licence has. */
  readonly features: GitLabFeatures;
  /** Secret. */
  readonly token: pulumi.Output<string>;
  readonly provider: gitlab.Provider;
  /** Where repositories are made. */
  readonly namespace: GitLabNamespace;
  /** The GitLab itself, where the stack owns it: repositories are deleted with it. */
  readonly owned: pulumi.Resource | undefined;
  /** Repositories that are there already, by the last part of their paths. */
  readonly existing: ReadonlyMap<string, ExistingRepository>;
}

/** A repository that was there before this run. */
export interface ExistingRepository {
  readonly id: number;
  readonly owner: Owner;
  /** What to do with a project that is scheduled for deletion, and its path now. @default it is not scheduled */
  readonly scheduled?: { readonly path: string; readonly action: "restore" | "purge" };
}

/** Options of what is in a GitLab that the stack owns: deleted with it, and replaced with it. */
export function ownedBy({ owned }: GitLabInstance): pulumi.CustomResourceOptions {
  return owned ? { deletedWith: owned, replaceWith: [owned] } : {};
}

/** Where Git finds a repository, by the last part of its path. */
export function addressOf({ gitUrl, namespace }: Pick<GitLabInstance, "gitUrl" | "namespace">, path: string): string {
  return `${gitUrl}/${namespace.path}/${path}.git`;
}

/** A group or a user. */
export interface GitLabNamespace {
  /** Full path: `team/platform`. */
  readonly path: string;
  /** undefined: the token's own user. */
  readonly id: pulumi.Input<number> | undefined;
}

/** What a licence has of what this program uses. */
export interface GitLabFeatures {
  /** Required approvals, code owners, no approval of one's own. */
  readonly approvals: boolean;
  /** Project access tokens. */
  readonly projectTokens: boolean;
  /** Who may push and merge is written as lists: the official plugin wants that on an Enterprise Edition with a licence. */
  readonly levelLists: boolean;
}

/**
 * What a tier has: project access tokens need Premium on gitlab.com, and no licence elsewhere. A trial there allows one,
 * which is too few: each repository needs its own.
 *
 * @param official whether the official plugin works on it
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

/** Whether it is GitLab's own server. */
export function isHosted(url: string): boolean {
  return new URL(url).hostname === "gitlab.com";
}

/** The protection that a licence allows, in words: nobody should learn it from a failed run. */
export function describeProtection({ approvals }: GitLabFeatures): string {
  const common = "nobody pushes, maintainers merge, discussions are resolved first";
  return approvals
    ? `${common}; with approvals, none of one's own (the licence has them)`
    : `${common}; without required approvals (they need Premium, or the licence is not shown to this token: gitlabTier)`;
}
