import { conditionOf, groupOf, type KubeObject, listAt, numberAt, type Snapshot, textAt } from "./kube-objects.js";
import { missingReplicas } from "./replicas.js";

/** Whether an object has reached the state of its manifest. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "progressing"; readonly message: string }
  /** Its manifest holds it back, as in a paused Deployment: a health check times out, but the object does not fail. */
  | { readonly state: "held"; readonly message: string }
  /** It will not become ready without another change. */
  | { readonly state: "hopeless"; readonly message: string };

const ready: Readiness = { state: "ready" };

/** Reasons of containers that never start. */
const hopelessReasons = new Set(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError"]);

/**
 * Readiness of an object as in the health checks of kustomize-controller 1.9. For workloads it also
 * considers their pods.
 *
 * @see https://github.com/fluxcd/cli-utils/blob/v1.2.2/pkg/kstatus/status/core.go
 */
export function readiness(object: KubeObject, pods: Snapshot): Readiness {
  if (object.metadata.deletionTimestamp) return progressing("is being deleted");
  const observed = numberAt(object, "status", "observedGeneration");
  if (observed !== undefined && observed !== object.metadata.generation) return progressing("is not observed yet");
  const general = fromConditions(object);
  if (general) return general;
  switch (`${groupOf(object.apiVersion)}/${object.kind}`) {
    case "apps/Deployment":
    case "apps/StatefulSet":
    case "apps/DaemonSet":
    case "apps/ReplicaSet":
      return workload(object, pods);
    case "batch/Job":
      return job(object, pods);
    case "/Pod":
      return pod(object);
    case "/PersistentVolumeClaim":
      return textAt(object, "status", "phase") === "Bound" ? ready : progressing("is not bound");
    case "apiextensions.k8s.io/CustomResourceDefinition":
      return definition(object);
    case "/Secret":
    case "/ConfigMap":
    case "/Service":
    case "batch/CronJob":
    case "policy/PodDisruptionBudget":
      return ready;
    default:
      return fromReady(object);
  }
}

function progressing(message: string): Readiness {
  return { state: "progressing", message };
}

/** Readiness by conditions that have the same meaning for every kind. */
function fromConditions(object: KubeObject): Readiness | undefined {
  const [reconciling, stalled] = [conditionOf(object, "Reconciling"), conditionOf(object, "Stalled")];
  if (reconciling?.status === "True") return progressing(reconciling.message ?? reconciling.reason ?? "is reconciled");
  if (stalled?.status === "True") return { state: "hopeless", message: stalled.message ?? stalled.reason ?? "stalled" };
  return undefined;
}

function fromReady(object: KubeObject): Readiness {
  const condition = conditionOf(object, "Ready");
  if (!condition || condition.status === "True") return ready;
  return progressing(condition.message ?? condition.reason ?? "is not Ready");
}

function definition(object: KubeObject): Readiness {
  const [names, established] = [conditionOf(object, "NamesAccepted"), conditionOf(object, "Established")];
  const bad = [names, established].find((one) => one?.status === "False" && one.reason !== "Installing");
  if (bad) return { state: "hopeless", message: bad.message ?? bad.reason ?? "its names are not accepted" };
  return established?.status === "True" ? ready : progressing("is not established");
}

function workload(object: KubeObject, pods: Snapshot): Readiness {
  const failure = conditionOf(object, "ReplicaFailure");
  if (failure?.status === "True")
    return { state: "hopeless", message: failure.message ?? "its pods cannot be created" };
  const missing = missingReplicas(object);
  if (missing === undefined) return ready;
  const deadline = conditionOf(object, "Progressing");
  if (deadline?.reason === "ProgressDeadlineExceeded")
    return { state: "hopeless", message: deadline.message ?? "its progress deadline has passed" };
  const stuck = stuckPod(podsOf(object, pods));
  if (stuck !== undefined) return { state: "hopeless", message: stuck };
  const held = heldBack(object);
  return held === undefined ? progressing(missing) : { state: "held", message: `${held}: ${missing}` };
}

/** Why a workload intentionally keeps its former pods. */
function heldBack(object: KubeObject): string | undefined {
  const spec = object.spec as { paused?: boolean; updateStrategy?: { type?: string } } | undefined;
  if (object.kind === "Deployment" && spec?.paused) return "is paused";
  const onDelete = object.kind === "DaemonSet" && spec?.updateStrategy?.type === "OnDelete";
  return onDelete ? "updates a pod when that is deleted" : undefined;
}

/** Flux waits until a Job is complete, while kstatus accepts a running one. */
function job(object: KubeObject, pods: Snapshot): Readiness {
  if ((object.spec as { suspend?: boolean } | undefined)?.suspend) return ready;
  if (conditionOf(object, "Complete")?.status === "True") return ready;
  const failed = conditionOf(object, "Failed");
  if (failed?.status === "True") return { state: "hopeless", message: failed.message ?? "failed" };
  const stuck = stuckPod(podsOf(object, pods));
  return stuck === undefined ? progressing("is not complete") : { state: "hopeless", message: stuck };
}

function pod(object: KubeObject): Readiness {
  const phase = textAt(object, "status", "phase");
  if (phase === "Succeeded" || phase === "Failed") return ready;
  if (phase === "Running" && conditionOf(object, "Ready")?.status === "True") return ready;
  const stuck = stuckPod([object]);
  return stuck === undefined ? progressing("is not ready") : { state: "hopeless", message: stuck };
}

/** Pods that match a workload's selector. */
function podsOf(object: KubeObject, pods: Snapshot): KubeObject[] {
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

function stuckPod(pods: Snapshot): string | undefined {
  for (const status of pods.flatMap((one) => listAt(one, "status", "containerStatuses"))) {
    const reason = textAt(status, "state", "waiting", "reason");
    if (reason === undefined || !hopelessReasons.has(reason)) continue;
    return `${reason}: ${textAt(status, "state", "waiting", "message") ?? textAt(status, "image") ?? ""}`;
  }
  return undefined;
}
