import type { ClusterView } from "@timonier/health/kube-object";
import { findKustomization, runningSince } from "@timonier/health/running-since";
import type { ProgramRecord } from "@timonier/manifests/program-record";
import { sourceName } from "../../apps/delivery.js";
import type { Environment } from "../../apps/environments.js";

/** One cluster of an environment. */
export interface ClusterFacts {
  readonly stack: string;
  /** Name of the cluster. */
  readonly cluster: string;
  /** Whether the stack has been created. */
  readonly isUp: boolean;
  /** @default the stack is not up, or its cluster does not answer */
  readonly view?: ClusterView | undefined;
}

/** An open merge request that changes an environment. */
export interface OpenMergeRequest {
  readonly branch: string;
  readonly url: string;
  /** As GitLab writes it: `team/application!12`. */
  readonly reference: string;
}

/** What is known of one environment. */
export interface EnvironmentFacts {
  readonly environment: Environment;
  readonly clusters: readonly ClusterFacts[];
  /** Record at the head of the branch that Flux follows. @default the repository could not be read */
  readonly head?: ProgramRecord | undefined;
  /** Records at the revisions that run, as far as they could be read. */
  readonly records: ReadonlyMap<string, ProgramRecord>;
  readonly mergeRequests: readonly OpenMergeRequest[];
  /** Images at the head that automation owns, by their policies. @default they could not be read */
  readonly images?: ReadonlyMap<string, string> | undefined;
}

/**
 * `absent`: no cluster has it, or no cluster is up · `excluded`: the environment does not have it ·
 * `unknown`: a cluster does not answer.
 */
export type ApplicationState = "ready" | "not-ready" | "unknown" | "absent" | "excluded";

/** One application in one cluster. */
export interface ClusterApplication {
  readonly stack: string;
  readonly state: ApplicationState;
  /** What it lacks; empty where it is ready. */
  readonly message: string;
  /** Commit of the application repository that Flux applied. */
  readonly revision?: string;
  /** Commit of the program from which that was synthesized. */
  readonly program?: string;
  /** The program had changes that were in no commit. */
  readonly uncommitted?: true;
  /** Time in ISO 8601 since which it is Ready with these manifests. */
  readonly since?: string;
}

/** One application in one environment. Values that differ between the clusters are left out. */
export interface EnvironmentApplication extends Omit<ClusterApplication, "stack"> {
  readonly environment: string;
  readonly clusters: readonly ClusterApplication[];
}

/** The name of an application, and what the environments know of it. */
export interface NamedApplication {
  readonly name: string;
  /** @default the one in the record of the environment */
  readonly kustomization?: string | undefined;
}

/** State of an application in an environment, over all of its clusters. */
export function applicationState(application: NamedApplication, facts: EnvironmentFacts): EnvironmentApplication {
  const { environment, clusters } = facts;
  const each = clusters.map((cluster) => inCluster(application, cluster, facts));
  const worst = ORDER.find((state) => each.some((one) => one.state === state)) ?? "absent";
  const state = worst === "absent" && environment.exclude.includes(application.name) ? "excluded" : worst;
  const latest = each
    .map(({ since }) => since ?? "")
    .sort()
    .at(-1);
  return {
    environment: environment.name,
    state,
    message: each.find((one) => one.state === worst)?.message ?? "",
    ...equal(each, "revision"),
    ...equal(each, "program"),
    ...equal(each, "uncommitted"),
    ...(state === "ready" && latest && each.every(({ since }) => since) && { since: latest }),
    clusters: each,
  };
}

/** The states of clusters, the worst first. */
const ORDER: readonly ApplicationState[] = ["not-ready", "unknown", "absent", "ready"];

/** What the record says of an application that runs; where nothing runs, or that is not known, what the branch says. */
export function entryOf(name: string, { revision }: EnvironmentApplication, facts: EnvironmentFacts) {
  const applied = revision === undefined ? undefined : facts.records.get(revision)?.get(name);
  return applied ?? facts.head?.get(name);
}

function inCluster(
  { name, kustomization }: NamedApplication,
  { stack, isUp, view }: ClusterFacts,
  { head, records }: EnvironmentFacts,
): ClusterApplication {
  if (!isUp) return { stack, state: "absent", message: "" };
  if (!view) return { stack, state: "unknown", message: `the cluster of stack ${stack} does not answer` };
  const wanted = head?.get(name)?.kustomization ?? kustomization;
  const found = wanted === undefined ? undefined : findKustomization(view, wanted, sourceName);
  if (!found) return { stack, state: "absent", message: "" };
  const { ready, message, revision, since } = runningSince(found, view.workloads);
  const entry = revision === undefined ? undefined : records.get(revision)?.get(name);
  return {
    stack,
    state: ready ? "ready" : "not-ready",
    message,
    ...(revision !== undefined && { revision }),
    ...(entry?.program !== undefined && { program: entry.program }),
    ...(entry?.uncommitted && { uncommitted: entry.uncommitted }),
    ...(since && { since: since.toISOString() }),
  };
}

/** The value of a field, where all clusters that have one have the same. */
function equal<Field extends keyof ClusterApplication>(each: readonly ClusterApplication[], field: Field) {
  const values = new Set(each.flatMap((one) => one[field] ?? []));
  const [value] = values;
  return values.size === 1 ? ({ [field]: value } as Pick<ClusterApplication, Field>) : {};
}
