import { remembered } from "@timonier/kit/remembered";
import { appliedWorkloads, deliveryHealth } from "./delivery-health.js";
import { type ClusterView, commitOf, condition, type KubeObject, nameOf } from "./kube-object.js";

/** Whether an application runs, in which revision and since when. */
export interface Running {
  /** Whether its Kustomization is Ready and its workloads have all of their replicas. */
  readonly ready: boolean;
  /** What it lacks; empty where it is ready. */
  readonly message: string;
  /** Commit of the repository that Flux applied last. @default none yet */
  readonly revision: string | undefined;
  /**
   * Since when it is ready with the manifests that it has now. Commits that change other
   * applications do not matter.
   *
   * @default it is not ready, or Flux is older than 2.7 and does not record it
   */
  readonly since: Date | undefined;
}

/** Status of an entry in the history of a Kustomization that was Ready. */
const SUCCEEDED = "ReconciliationSucceeded";

/**
 * Finds a Kustomization by its name and the name of its source.
 *
 * @returns undefined where the cluster has none
 */
export function findKustomization(view: ClusterView, name: string, source: string): KubeObject | undefined {
  return kustomizationsOf(view).get(`${source}/${name}`);
}

const kustomizationsOf = remembered(({ kustomizations }: ClusterView) => {
  const found = new Map<string, KubeObject>();
  for (const one of kustomizations) {
    const key = `${one.spec?.sourceRef?.name}/${one.metadata.name}`;
    // The first one of several namespaces.
    if (!found.has(key)) found.set(key, one);
  }
  return found;
});

/**
 * Since when an application runs as it does now.
 *
 * @param workloads of the cluster; only those that the Kustomization applied matter
 */
export function runningSince(kustomization: KubeObject, workloads: readonly KubeObject[]): Running {
  const applied = appliedWorkloads({ kustomizations: [kustomization], workloads });
  const health = deliveryHealth(
    { sources: [], kustomizations: [kustomization], workloads: applied },
    { heads: new Map(), required: [] },
  );
  const revision = commitOf(kustomization.status?.lastAppliedRevision);
  const problem = health.find(({ state }) => state !== "ready");
  if (problem) {
    const { object, message } = problem;
    const own = object === nameOf(kustomization);
    return { ready: false, message: own ? message : `${object}: ${message}`, revision, since: undefined };
  }
  return {
    ready: true,
    message: "",
    revision,
    since: latest([appliedSince(kustomization), ...applied.map(available)]),
  };
}

/** Since when the manifests that the cluster has now are applied; undefined where Flux does not record it. */
function appliedSince({ status }: KubeObject): string | undefined {
  const [now, before] = status?.history ?? [];
  if (now?.lastReconciledStatus !== SUCCEEDED) return undefined;
  // An entry that came back was reconciled first before the entry that it replaced.
  return before && before.lastReconciled > now.firstReconciled ? before.lastReconciled : now.firstReconciled;
}

/** When a Deployment became available; StatefulSets have no such condition. */
function available(workload: KubeObject): string | undefined {
  const found = condition(workload, "Available");
  return found?.status === "True" ? found.lastTransitionTime : undefined;
}

/** The latest time. @returns undefined where the first one is not known, because the others alone say too little */
function latest([first, ...others]: ReadonlyArray<string | undefined>): Date | undefined {
  if (first === undefined) return undefined;
  return new Date(Math.max(...[first, ...others].map((time) => (time === undefined ? 0 : Date.parse(time)))));
}
