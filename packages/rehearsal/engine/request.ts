/** What is rehearsed. */
export interface RehearsalRequest {
  /** Working directory: the clone whose change is rehearsed. */
  readonly cwd: string;
  /**
   * @default the merge base of HEAD and origin's main branch; in a merge request's pipeline the
   * commit that GitLab names
   */
  readonly base?: string;
  /** @default HEAD */
  readonly head?: string;
  /** A folder to rehearse in place of a commit. */
  readonly dir?: string;
  /** Name of one cluster folder. @default all of them */
  readonly cluster?: string;
  /** `DIR[@REF]`: clone of the setup repository, when the current one is an application's. */
  readonly root?: string;
  /** `DIR[@REF]` by `NAMESPACE/NAME` of the source that it provides. */
  readonly sources: Readonly<Record<string, string>>;
  /** `NAMESPACE/NAME` of the source that the current clone replaces. @default the one with the URL of its origin */
  readonly as?: string;
  /** Folder that one Kustomization applies, for a tree without a cluster. @default ./infra */
  readonly path?: string;
  /** Target namespace of that Kustomization. */
  readonly targetNamespace?: string;
  /** Files with objects that the cluster has outside of Git. */
  readonly assume: readonly string[];
  /** Uses no network: sources without a clone or files are not evaluated. @default false */
  readonly offline?: boolean;
  /** JSON file with source lines of objects. */
  readonly provenance?: string;
  /**
   * Limit of the whole rehearsal in milliseconds; what is pending then has no answer.
   *
   * @default 300 s for each cluster
   */
  readonly timeout?: number;
}
