import type { PlatformConfig } from "../config.js";
import { adoptProject } from "./adopt-project.js";
import type { GitLabInstance } from "./gitlab-instance.js";
import type { InitialContent } from "./repository/initial-content.js";
import { rehearsalVariables } from "./repository/pipeline-variables.js";
import { Repository } from "./repository/repository.js";

/** Where the repositories are created, and for which cluster. */
export interface RepositoriesArgs {
  readonly instance: GitLabInstance;
  /** Name of the cluster that reads them. */
  readonly cluster: string;
  /** What they hold from the start. */
  readonly contents: Readonly<Record<keyof Repositories, InitialContent>>;
}

/** The two repositories that Flux follows. */
export interface Repositories {
  /** What Flux applies, and in which order: a folder for each cluster. */
  readonly setup: Repository;
  /** The manifests of the applications, the same for every cluster. */
  readonly application: Repository;
}

/**
 * Creates or adopts both repositories, and tells the pipelines of each how to rehearse a merge
 * request.
 */
export async function createRepositories(config: PlatformConfig, args: RepositoriesArgs): Promise<Repositories> {
  const { instance, cluster, contents } = args;
  const { branch, visibility, protect, review, program } = config;
  const common = { instance, cluster, branch, visibility, protect, review };
  const tokens = {
    days: config.tokenDays,
    rotateBefore: config.rotateBefore,
    notes: config.ciToken,
    readByPipelines: program !== undefined,
  };
  const [setupAdoption, applicationAdoption] = await Promise.all([
    adoptProject("setup", config.setupRepository, protect, instance),
    adoptProject("application", config.applicationRepository, protect, instance),
  ]);
  const setup = new Repository("setup", {
    ...{ ...common, tokens, content: contents.setup, adoption: setupAdoption },
    path: config.setupRepository,
    description: "Flux, its sources and kustomizations, for every cluster",
  });
  const application = new Repository("application", {
    ...{ ...common, content: contents.application, adoption: applicationAdoption },
    tokens: { ...tokens, imageAutomation: config.imageAutomation },
    path: config.applicationRepository,
    description: "Manifests of the applications",
  });
  if (program) {
    rehearsalVariables("setup", { program, cluster, of: setup, role: "setup", other: application });
    rehearsalVariables("application", { program, cluster, of: application, role: "application", other: setup });
  }
  return { setup, application };
}
