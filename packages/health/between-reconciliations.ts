import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterReader } from "./cluster-reader.js";
import { type ClusterView, condition, type KubeObject } from "./kube-object.js";

/** Longest wait for running reconciliations, in milliseconds. */
const LONGEST = 5_000;
const INTERVAL = 250;

/**
 * Reads the cluster between two reconciliations. At each interval a controller sets `Ready` to
 * Unknown while it reconciles an object again; this is not a problem, and should not be shown as
 * one.
 *
 * @returns the first view without such a reconciliation, or the last view after the longest wait
 */
export async function viewBetweenReconciliations(
  reader: Pick<ClusterReader, "view">,
  { longest = LONGEST, interval = INTERVAL } = {},
): Promise<ClusterView> {
  for (const end = Date.now() + longest; ; await sleep(interval)) {
    const view = await reader.view();
    const reconciling = [...view.sources, ...view.kustomizations].some(isReconciledAgain);
    if (!reconciling || Date.now() >= end) return view;
  }
}

function isReconciledAgain(object: KubeObject): boolean {
  const ready = condition(object, "Ready");
  const applied = object.status?.lastAppliedRevision ?? object.status?.artifact?.revision;
  return ready?.status === "Unknown" && ready.reason === "Progressing" && applied !== undefined;
}
