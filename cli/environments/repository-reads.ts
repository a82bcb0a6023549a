import type { GitLab } from "@timonier/kit/gitlab-client";
import { fileAt } from "@timonier/kit/gitlab-file";
import { markedImages } from "@timonier/kit/image-marker";
import { type ProgramRecord, parseProgramRecord } from "@timonier/manifests/program-record";
import { imagesBranch } from "../../apps/images.js";
import { recordPath } from "../../infra/delivery/environment-record.js";
import { knownRepositories, type Repositories } from "../merge-request/destination.js";
import { projectOf, stackGitLab } from "../stack/stack-gitlab.js";
import type { OpenMergeRequest } from "./application-states.js";
import type { EnvironmentStack } from "./environment-stacks.js";

/** Reads the repositories of a stack. */
export interface RepositoryReads {
  /** Record of an environment at a commit, or at the head of the branch that Flux follows. */
  record(environment: string, commit?: string): Promise<ProgramRecord>;
  /** Open merge requests to the branch that Flux follows, whose branches have these names. */
  mergeRequests(names: BranchNames): Promise<readonly OpenMergeRequest[]>;
  /** Images that automation owns in these files at the head, by their policies. */
  images(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What may be proposed to an environment. */
export interface BranchNames {
  readonly environment: string;
  /** Whether it is the first environment, which follows image policies. */
  readonly isFirst: boolean;
  /** `publish` to the setup repository and `up` have branches for each cluster. */
  readonly clusters: readonly string[];
  /** `rollback` has a branch for each application. */
  readonly applications: readonly string[];
}

/** Begins the names of all branches of this program. */
const prefix = "timonier/";

/** Reads the repositories on GitLab. @throws UserError where they or the token are not known */
export async function gitlabReads({ stack, destination }: EnvironmentStack): Promise<RepositoryReads> {
  const repositories = knownRepositories(destination);
  // A short timeout, so that `status` reports soon that GitLab does not answer.
  const client = await stackGitLab(stack, repositories, "administrator", { timeout: 5_000, retries: 1 });
  return readsOf(client, repositories, destination.branch ?? "main");
}

/** The same with a known client. @param branch that Flux follows */
export function readsOf(
  client: GitLab,
  repositories: Pick<Repositories, "gitlabUrl" | "setupRepository" | "applicationRepository">,
  branch: string,
): RepositoryReads {
  const { setupRepository, applicationRepository } = repositories;
  const open = async (address: string, names: readonly string[]): Promise<OpenMergeRequest[]> => {
    const projectId = projectOf(repositories, address);
    const wanted = new Set(names.map((name) => `${prefix}${name}`));
    const found = await client.MergeRequests.all({ projectId, state: "opened", targetBranch: branch });
    return found
      .filter(({ source_branch }) => wanted.has(source_branch))
      .map(({ iid, source_branch, web_url }) => {
        return { branch: source_branch, url: web_url, reference: `${projectId}!${iid}` };
      });
  };
  return {
    record: async (environment, commit = branch) => {
      const path = recordPath(environment);
      const text = await fileAt(client, projectOf(repositories, applicationRepository), path, commit);
      return parseProgramRecord(text, `${applicationRepository}, ${path} at ${commit.slice(0, 40)}`);
    },
    images: async (paths) => {
      const project = projectOf(repositories, applicationRepository);
      const texts = await Promise.all(paths.map((path) => fileAt(client, project, path, branch)));
      return new Map(texts.flatMap((text) => [...markedImages(text ?? "")]));
    },
    mergeRequests: async ({ environment, isFirst, clusters, applications }) => {
      const shared = [`promote-${environment}`, ...applications.map((name) => `rollback-${environment}-${name}`)];
      const both = await Promise.all([
        open(applicationRepository, [
          ...[`publish-${environment}`, ...shared, ...clusters.map((cluster) => `add-${cluster}`)],
          ...(isFirst ? [imagesBranch.replace(prefix, "")] : []),
        ]),
        open(setupRepository, [
          ...clusters.flatMap((cluster) => [`publish-${cluster}`, `add-${cluster}`, `flux-${cluster}`]),
          ...shared,
        ]),
      ]);
      return both.flat();
    },
  };
}
