import type * as gitlab from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";

/** The GitLab that a stack uses, with the administrator's credential that Pulumi alone holds. */
export interface GitLabInstance {
  /** Address without a slash at the end: plain, since manifests in Git contain it. */
  readonly url: string;
  /** PEM file of the authority that signed its certificate. undefined: the system's own. */
  readonly caFile: string | undefined;
  /** Text of {@link caFile}. */
  readonly caBundle: string | undefined;
  /** Secret. */
  readonly token: pulumi.Output<string>;
  readonly provider: gitlab.Provider;
  /** Where repositories are made. */
  readonly namespace: GitLabNamespace;
  /** The GitLab itself, where the stack owns it: repositories are deleted with it. */
  readonly owned: pulumi.Resource | undefined;
}

/** A group or a user. */
export interface GitLabNamespace {
  /** Full path: `team/platform`. */
  readonly path: string;
  /** undefined: the token's own user. */
  readonly id: pulumi.Input<number> | undefined;
}
