/** What is to be rehearsed. */
export interface RehearsalRequest {
  /** Folder in which the command was called: the clone whose change is looked at. */
  readonly cwd: string;
  /** @default where HEAD parted from origin's main branch; in a merge request's pipeline what GitLab says */
  readonly base?: string;
  /** @default HEAD */
  readonly head?: string;
  /** A folder in place of a commit. */
  readonly dir?: string;
  /** Name of the one cluster folder. @default all of them */
  readonly cluster?: string;
  /** `DIR[@REF]`: clone of the setup repository, where the current one is an application's. */
  readonly root?: string;
  /** `DIR[@REF]` by `NAMESPACE/NAME` of the source that it stands for. */
  readonly sources: Readonly<Record<string, string>>;
  /** `NAMESPACE/NAME` of the source that the current clone stands for. @default the one with its origin's address */
  readonly as?: string;
  /** What one Kustomization applies, where the tree has no cluster. @default ./infra */
  readonly path?: string;
  readonly targetNamespace?: string;
  /** Files with objects that the cluster has outside of Git. */
  readonly assume: readonly string[];
  /** Asks nothing outside of this machine: sources without a clone or files are not evaluated. @default false */
  readonly offline?: boolean;
  /** File with causes, as JSON. */
  readonly provenance?: string;
  /** Milliseconds that the whole rehearsal may take; what has not come to an end by then has no answer. @default 300 s for each cluster */
  readonly timeout?: number;
}
