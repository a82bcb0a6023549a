import { isSource } from "../../model/flux-objects.js";
import { conditionOf, type KubeObject, keyOf } from "../../model/kube-objects.js";
import type { RevisionState } from "../../model/revision-state.js";
import { reconcileAndWait } from "../await-outcomes.js";
import type { ClusterWatch } from "../cluster-watch.js";
import type { RehearsalCluster } from "../rehearsal-cluster.js";

/**
 * Reconciles sources again that were reconciled at the base and are not Ready now: a restarted
 * source-controller may have read them before their content was served. Charts come last, because
 * they are built from other sources.
 */
export async function readSourcesAgain(
  cluster: RehearsalCluster,
  watch: ClusterWatch,
  before: RevisionState,
): Promise<void> {
  const outcomes = new Map(before.outcomes);
  const isStale = (one: KubeObject) =>
    isSource(one) &&
    outcomes.get(keyOf(one))?.state === "reconciled" &&
    conditionOf(one, "Ready") !== undefined &&
    conditionOf(one, "Ready")?.status !== "True";
  for (const isWanted of [
    (one: KubeObject) => one.kind !== "HelmChart",
    (one: KubeObject) => one.kind === "HelmChart",
  ]) {
    const stale = watch.flux.filter((one) => isStale(one) && isWanted(one));
    if (stale.length > 0) await reconcileAndWait(cluster, watch, stale);
  }
}
