import type * as pulumi from "@pulumi/pulumi";
import { FirstCommit } from "../../resources/first-commit/resource.js";
import { type GitLabInstance, ownedBy } from "../gitlab-instance.js";

/** What a repository holds from the start. */
export interface InitialContent {
  /**
   * Folders whose files together are committed. A repository that exists gets a merge request with
   * what it lacks.
   */
  readonly folders: readonly string[];
  /** Folders that only a new repository gets. @default none */
  readonly foldersOfNew?: readonly string[];
  /**
   * Path of Flux's components among these files, their version, and controllers that a repository
   * which exists may lack.
   *
   * @default the repository has none
   */
  readonly flux?: { readonly path: string; readonly version: string; readonly components?: string[] };
}

/** Where the content is committed, and for which cluster. */
interface Target {
  readonly instance: GitLabInstance;
  /** Number of the project. */
  readonly project: pulumi.Output<string>;
  readonly branch: string;
  readonly cluster: string;
}

/** Commits the content of a repository once; from then on Git owns it. */
export function commitContent(
  name: string,
  { folders, foldersOfNew, flux }: InitialContent,
  { instance, project, branch, cluster }: Target,
  parent: pulumi.Resource,
): FirstCommit {
  return new FirstCommit(
    `${name}-seed`,
    {
      url: instance.url,
      token: instance.token,
      ...(instance.caFile && { caFile: instance.caFile }),
      project,
      branch,
      proposalBranch: `timonier/add-${cluster}`,
      message: `Add the manifests of cluster ${cluster}`,
      folders: [...folders],
      ...(foldersOfNew && { firstFolders: [...foldersOfNew] }),
      ...(flux && {
        upgrade: {
          ...flux,
          branch: `timonier/flux-${cluster}`,
          message: `Upgrade Flux of cluster ${cluster} to ${flux.version}`,
          ...(flux.components && { additionMessage: `Add the image controllers of Flux to cluster ${cluster}` }),
        },
      }),
    },
    // Replaced with the GitLab: a new one may give its projects the numbers that the old one's had,
    // so a project number that stays the same does not prove that the project is the same.
    { parent, ...ownedBy(instance) },
  );
}
