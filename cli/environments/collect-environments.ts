import { viewBetweenReconciliations } from "@timonier/health/between-reconciliations";
import { readCluster } from "@timonier/health/cluster-reader";
import { type ClusterView, commitOf } from "@timonier/health/kube-object";
import { UserError } from "@timonier/kit/user-error";
import type { ProgramRecord } from "@timonier/manifests/program-record";
import { applications } from "../../apps/applications.js";
import { sourceName } from "../../apps/delivery.js";
import { type Environment, environmentsFile, parseEnvironments, type SettingsFiles } from "../../apps/environments.js";
import type { ClusterFacts, EnvironmentFacts } from "./application-states.js";
import {
  type EnvironmentStack,
  environmentStack,
  type StackEnvironment,
  stackEnvironments,
} from "./environment-stacks.js";
import { type EnvironmentsReport, environmentsReport } from "./environments-report.js";
import { pathsOfOwnedImages } from "./owned-images.js";
import { gitlabReads, type RepositoryReads } from "./repository-reads.js";

/** The sources of the report; tests pass their own. */
export interface EnvironmentReads {
  readonly stacks: () => Promise<readonly StackEnvironment[]>;
  readonly repositories: (stack: EnvironmentStack) => Promise<RepositoryReads>;
  /** @param kubeconfig its text */
  readonly view: (kubeconfig: string) => Promise<ClusterView>;
}

const live: EnvironmentReads = {
  stacks: () => stackEnvironments(),
  repositories: gitlabReads,
  view: async (kubeconfig) => viewBetweenReconciliations(await readCluster(kubeconfig)),
};

/**
 * Reads every environment. A cluster or a GitLab that does not answer is a problem in the report,
 * and does not hide the others.
 *
 * @throws UserError for wrong settings of apps/, and where there is no environment
 */
export async function collectEnvironments(
  files: SettingsFiles,
  now: Date,
  reads: EnvironmentReads = live,
): Promise<EnvironmentsReport> {
  const environments = checkedEnvironments(files);
  const stacks = await reads.stacks();
  const collector = new Collector(files, reads, stacks);
  const facts = await Promise.all(environments.map((one) => collector.environment(one)));
  const problems = [...unknownEnvironments(stacks, environments), ...collector.problems];
  return environmentsReport({ environments: facts, applications, problems, now });
}

/** The environments of apps/. @throws UserError where there is none */
function checkedEnvironments({ environments }: SettingsFiles): readonly Environment[] {
  const all = parseEnvironments(environments);
  if (all.length > 0) return all;
  throw new UserError(
    "there is no environment",
    environmentsFile,
    "name the environments there, or use `npx timonier status` for one stack",
    { code: "TIM-870" },
  );
}

/** Stacks that name an environment which does not exist. */
function unknownEnvironments(stacks: readonly StackEnvironment[], environments: readonly Environment[]): string[] {
  return stacks
    .filter(({ environment }) => !environments.some(({ name }) => name === environment))
    .map(({ stack, environment }) => `stack ${stack.name}: ${environmentsFile} has no environment ${environment}`);
}

class Collector {
  readonly problems: string[] = [];
  private readonly members: ReadonlyMap<string, Promise<EnvironmentStack | undefined>>;

  constructor(
    private readonly files: SettingsFiles,
    private readonly reads: EnvironmentReads,
    private readonly stacks: readonly StackEnvironment[],
  ) {
    const read = (one: StackEnvironment) => this.attempt(`stack ${one.stack.name}`, () => environmentStack(one));
    this.members = new Map(stacks.map((one) => [one.stack.name, read(one)]));
  }

  async environment(environment: Environment): Promise<EnvironmentFacts> {
    const { name } = environment;
    const own = this.stacks.filter((one) => one.environment === name);
    if (own.length === 0) this.problems.push(`environment ${name}: no stack belongs to it`);
    const [clusters, repositories] = await Promise.all([
      Promise.all(own.map((one) => this.cluster(one))),
      this.repositories(name),
    ]);
    return { environment, clusters, ...(await this.recorded(environment, clusters, repositories)) };
  }

  private async cluster({ stack, outputs, error }: StackEnvironment): Promise<ClusterFacts> {
    const { name } = stack;
    // Reading the members reports the error.
    if (error !== undefined) return { stack: name, cluster: name, isUp: true };
    if (!outputs) {
      this.problems.push(`stack ${name}: not up; run: npm run up -- -s ${name}`);
      return { stack: name, cluster: name, isUp: false };
    }
    const view = await this.attempt(`stack ${name}, cluster`, () => this.reads.view(outputs.kubeconfig));
    return { stack: name, cluster: outputs.cluster, isUp: true, view };
  }

  /** The repositories of an environment; those of another one where it has no stack, because they are the same. */
  private async repositories(environment: string): Promise<RepositoryReads | undefined> {
    const sorted = [...this.stacks].sort((one, other) => {
      return Number(other.environment === environment) - Number(one.environment === environment);
    });
    for (const { stack } of sorted) {
      const member = await this.members.get(stack.name);
      if (!member?.destination.repositories) continue;
      return this.attempt(`environment ${environment}, GitLab`, () => this.reads.repositories(member));
    }
    return undefined;
  }

  private async recorded(
    { name: environment, position }: Environment,
    clusters: readonly ClusterFacts[],
    repositories: RepositoryReads | undefined,
  ): Promise<Pick<EnvironmentFacts, "head" | "records" | "mergeRequests" | "images">> {
    if (!repositories) return { records: new Map(), mergeRequests: [] };
    const gitlab = <T>(read: () => Promise<T>) => this.attempt(`environment ${environment}, GitLab`, read);
    const names = {
      ...{ environment, isFirst: position === 0, clusters: clusters.map(({ cluster }) => cluster) },
      applications: applications.map(({ name }) => name),
    };
    const revisions = [...new Set(clusters.flatMap(revisionsIn))];
    const marked = pathsOfOwnedImages(this.files, environment);
    const [head, mergeRequests, images, ...applied] = await Promise.all([
      gitlab(() => repositories.record(environment)),
      gitlab(() => repositories.mergeRequests(names)),
      gitlab(() => repositories.images(marked)),
      ...revisions.map(
        async (revision) => [revision, await gitlab(() => repositories.record(environment, revision))] as const,
      ),
    ]);
    const records = applied.flatMap(([revision, record]): Array<[string, ProgramRecord]> => {
      return record ? [[revision, record]] : [];
    });
    return { head, records: new Map(records), mergeRequests: mergeRequests ?? [], images };
  }

  private async attempt<T>(part: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      const problem = `${part}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
      // The requests to one server fail alike.
      if (!this.problems.includes(problem)) this.problems.push(problem);
      return undefined;
    }
  }
}

/** Revisions of the application repository that Flux applied in a cluster. */
function revisionsIn({ view }: ClusterFacts): string[] {
  const own = view?.kustomizations.filter(({ spec }) => spec?.sourceRef?.name === sourceName) ?? [];
  return own.flatMap(({ status }) => commitOf(status?.lastAppliedRevision) ?? []);
}
