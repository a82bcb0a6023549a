import { viewBetweenReconciliations } from "@timonier/health/between-reconciliations";
import { readCluster } from "@timonier/health/cluster-reader";
import type { ClusterView } from "@timonier/health/kube-object";
import { findKustomization, runningSince } from "@timonier/health/running-since";
import { UserError } from "@timonier/kit/user-error";
import { type ApplicationRecord, type ProgramRecord, parseProgramRecord } from "@timonier/manifests/program-record";
import { sourceName } from "../../apps/delivery.js";
import { recordPath } from "../../infra/delivery/environment-record.js";
import type { EnvironmentStack } from "../environments/environment-stacks.js";
import { fileAtCommit } from "./clone-files.js";
import type { RunningApplication } from "./promotion-plan.js";

/** An environment, its stacks, and a clone of the application repository. */
export interface RunningOptions {
  readonly environment: string;
  readonly stacks: readonly EnvironmentStack[];
  readonly clone: string;
  /** Record of the environment at the head of the branch. */
  readonly head: ProgramRecord;
}

/**
 * Reads what runs in an environment, from its clusters.
 *
 * @throws UserError when a cluster does not answer, or is not up
 */
export async function runningApplications(options: RunningOptions): Promise<ReadonlyMap<string, RunningApplication>> {
  const clusters = await Promise.all(options.stacks.map((one) => runningInCluster(one, options)));
  const running = new Map<string, RunningApplication>();
  for (const name of options.head.keys()) {
    const all = clusters.map((cluster) => cluster.get(name));
    const present = all.filter((one) => one !== undefined);
    const joined = joinClusters(present, all.length);
    if (joined) running.set(name, joined);
  }
  return running;
}

/** One application in all clusters of an environment. @returns undefined where it runs in no cluster */
export function joinClusters(all: readonly RunningApplication[], clusters: number): RunningApplication | undefined {
  const [first] = all;
  if (!first) return undefined;
  if (all.length < clusters)
    return { ...first, ready: false, message: "it does not run in every cluster", since: undefined };
  if (all.some(({ record }) => record.synthesis !== first.record.synthesis))
    return { ...first, ready: false, message: "the clusters run different versions", since: undefined };
  const lagging = all.find(({ ready }) => !ready);
  if (lagging) return { ...lagging, record: first.record, since: undefined };
  const times = all.map(({ since }) => since?.getTime());
  const since = times.includes(undefined) ? undefined : new Date(Math.max(...(times as number[])));
  return { ...first, since };
}

async function runningInCluster(
  { stack, outputs }: EnvironmentStack,
  { environment, clone, head }: RunningOptions,
): Promise<Map<string, RunningApplication>> {
  if (!outputs) {
    throw new UserError(
      `stack ${stack.name} is not up`,
      `environment ${environment}`,
      `npx timonier up -s ${stack.name}`,
      {
        code: "TIM-114",
      },
    );
  }
  const view = await viewBetweenReconciliations(await readCluster(outputs.kubeconfig));
  const records = new Map<string, ProgramRecord>();
  const recordAt = async (revision: string): Promise<ProgramRecord> => {
    const path = recordPath(environment);
    const known = records.get(revision) ?? parseProgramRecord(await fileAtCommit(clone, revision, path), path);
    records.set(revision, known);
    return known;
  };
  const running = new Map<string, RunningApplication>();
  for (const [name, { kustomization }] of head) {
    const found = await runningNow(view, kustomization, async (revision) => (await recordAt(revision)).get(name));
    if (found) running.set(name, found);
  }
  return running;
}

/** @returns undefined where Flux has not applied it, or applied it before the environment had a record */
async function runningNow(
  view: ClusterView,
  kustomization: string,
  recordAt: (revision: string) => Promise<ApplicationRecord | undefined>,
): Promise<RunningApplication | undefined> {
  const object = findKustomization(view, kustomization, sourceName);
  if (!object) return undefined;
  const { ready, message, revision, since } = runningSince(object, view.workloads);
  const record = revision === undefined ? undefined : await recordAt(revision);
  if (revision === undefined || record === undefined) return undefined;
  return { record, revision, ready, message, since };
}
