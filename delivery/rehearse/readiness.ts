import { conditionOf, type KubeObject, listAt, numberAt, type Snapshot, textAt } from "./objects.js";

/** Whether an object does what its manifest asks for. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "progressing"; readonly message: string }
  /** Nothing that time alone brings will make it ready. */
  | { readonly state: "hopeless"; readonly message: string };

const ready: Readiness = { state: "ready" };

/** Reasons for which a container never starts. */
const hopelessReasons = new Set(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError"]);

/**
 * How far an object is, as kstatus reads it, and for workloads with a look at their pods.
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function readiness(object: KubeObject, pods: Snapshot): Readiness {
  if (object.metadata.deletionTimestamp) return { state: "progressing", message: "is being deleted" };
  const observed = numberAt(object, "status", "observedGeneration");
  if (observed !== undefined && observed !== object.metadata.generation)
    return { state: "progressing", message: "is not observed yet" };
  const group = object.apiVersion.split("/")[0];
  if (group === "apps" || (group === "batch" && object.kind === "Job") || object.kind === "Pod")
    return workload(object, pods);
  if (object.kind === "PersistentVolumeClaim" && textAt(object, "status", "phase") !== "Bound") {
    return { state: "progressing", message: "is not bound" };
  }
  const condition = conditionOf(object, "Ready");
  if (!condition || condition.status === "True") return ready;
  return { state: "progressing", message: condition.message ?? condition.reason ?? "is not Ready" };
}

function workload(object: KubeObject, pods: Snapshot): Readiness {
  const failure = conditionOf(object, "ReplicaFailure");
  if (failure?.status === "True")
    return { state: "hopeless", message: failure.message ?? "its pods cannot be created" };
  const failed = conditionOf(object, "Failed");
  if (object.kind === "Job" && failed?.status === "True")
    return { state: "hopeless", message: failed.message ?? "failed" };
  const missing = missingReplicas(object);
  if (missing === undefined) return ready;
  const stuck = podsOf(object, pods)
    .map(stuckMessage)
    .find((message) => message !== undefined);
  if (stuck !== undefined) return { state: "hopeless", message: stuck };
  return { state: "progressing", message: missing };
}

/** What is missing of a workload; undefined when nothing is. */
function missingReplicas(object: KubeObject): string | undefined {
  const status = (field: string) => numberAt(object, "status", field) ?? 0;
  const count = (have: number, want: number, what: string) => (have < want ? `${have} of ${want} ${what}` : undefined);
  if (object.status === undefined) return "has no status yet";
  const observed = numberAt(object, "status", "observedGeneration");
  if (object.kind === "Deployment" || object.kind === "StatefulSet") {
    if (observed === undefined) return "is not observed yet";
    const wanted = numberAt(object, "spec", "replicas") ?? 1;
    const partition = numberAt(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
    const onDelete = textAt(object, "spec", "updateStrategy", "type") === "OnDelete";
    const updated = onDelete ? undefined : count(status("updatedReplicas"), wanted - partition, "replicas are updated");
    const old =
      object.kind === "Deployment" && status("replicas") > status("updatedReplicas")
        ? "old replicas are still there"
        : undefined;
    return updated ?? old ?? count(status("readyReplicas"), wanted, "replicas are ready");
  }
  if (object.kind === "DaemonSet") {
    if (observed === undefined) return "is not observed yet";
    return count(status("numberReady"), status("desiredNumberScheduled"), "pods are ready");
  }
  if (object.kind === "Job") {
    const suspended = conditionOf(object, "Suspended")?.status === "True";
    return suspended || conditionOf(object, "Complete")?.status === "True" ? undefined : "is not complete";
  }
  if (object.kind === "Pod") {
    return conditionOf(object, "Ready")?.status === "True" || textAt(object, "status", "phase") === "Succeeded"
      ? undefined
      : "is not ready";
  }
  return undefined;
}

/** Pods that a workload's selector names. */
function podsOf(object: KubeObject, pods: Snapshot): KubeObject[] {
  if (object.kind === "Pod") return [object];
  const selector = (object.spec as { selector?: { matchLabels?: Record<string, string> } } | undefined)?.selector
    ?.matchLabels;
  const wanted = Object.entries(selector ?? {});
  if (wanted.length === 0) return [];
  return pods.filter(
    ({ metadata }) =>
      metadata.namespace === object.metadata.namespace &&
      wanted.every(([key, value]) => metadata.labels?.[key] === value),
  );
}

function stuckMessage(pod: KubeObject): string | undefined {
  for (const status of listAt(pod, "status", "containerStatuses")) {
    const reason = textAt(status, "state", "waiting", "reason");
    if (reason === undefined || !hopelessReasons.has(reason)) continue;
    return `${reason}: ${textAt(status, "state", "waiting", "message") ?? textAt(status, "image") ?? ""}`;
  }
  return undefined;
}
