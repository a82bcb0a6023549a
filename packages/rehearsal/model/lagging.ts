import { at, type KubeObject, listAt, numberAt, type Snapshot, textAt } from "./kube-objects.js";

/**
 * Whether pods have not been reconciled by the simulated kubelet, or are not known yet. On a busy
 * machine that takes longer than the time after which an unready workload counts as failing, and
 * nothing changes meanwhile.
 *
 * @param others workloads
 */
export function podsLag(others: Snapshot, pods: Snapshot): boolean {
  return pods.some(isUnreconciled) || others.some((one) => hasUnknownPods(one, pods));
}

function isUnreconciled(pod: KubeObject): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    textAt(pod, "spec", "nodeName") !== undefined &&
    textAt(pod, "status", "phase") === "Pending" &&
    listAt(pod, "status", "containerStatuses").length === 0
  );
}

/** A Deployment counts its pods through its ReplicaSets. */
function hasUnknownPods(workload: KubeObject, pods: Snapshot): boolean {
  if (workload.kind !== "Deployment" && workload.kind !== "StatefulSet") return false;
  const wanted = Object.entries((at(workload, "spec", "selector", "matchLabels") ?? {}) as Record<string, string>);
  if (wanted.length === 0) return false;
  const own = pods.filter(
    ({ metadata }) =>
      metadata.namespace === workload.metadata.namespace &&
      wanted.every(([key, value]) => metadata.labels?.[key] === value),
  );
  return own.length < (numberAt(workload, "status", "replicas") ?? 0);
}
