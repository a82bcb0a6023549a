import { at, groupKindOf, type KubeObject, listAt, numberAt, textAt } from "./kube-objects.js";
import { podSpecOf } from "./version-changes.js";

/** The minimum duration of a rollout, from its manifest. */
export interface Rollout {
  /** Seconds until all pods that a health check waits for are available. */
  readonly seconds: number;
  /** Explanation of that duration. */
  readonly why: string;
  /** Whether the rollout fails, independent of the timeout of the health check. */
  readonly neverEnds?: true;
}

/**
 * The minimum duration of a rollout: only initial delays of probes and `minReadySeconds` count,
 * although real pods take longer.
 *
 * @param old the workload at the base
 * @returns undefined when nothing is rolled out, or when it may end at once
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function rolloutOf(old: KubeObject | undefined, object: KubeObject): Rollout | undefined {
  const steps = stepsOf(old, object);
  if (steps === undefined) return undefined;
  const delay = readyAfter(object);
  const wait = numberAt(object, "spec", "minReadySeconds") ?? 0;
  // A StatefulSet counts its pods when they are ready, but creates the next one only when they are available.
  const last = object.kind === "StatefulSet" ? delay : delay + wait;
  const deadline = object.kind === "Deployment" ? numberAt(object, "spec", "progressDeadlineSeconds") : undefined;
  const why = `its pods are ready after ${delay} s and count after ${wait} s more, in ${steps} ${steps === 1 ? "step" : "steps"}`;
  if (deadline !== undefined && delay > deadline)
    return {
      seconds: delay,
      why: `its pods are ready after ${delay} s, its progress deadline is ${deadline} s`,
      neverEnds: true,
    };
  const seconds = (steps - 1) * (delay + wait) + last;
  return seconds === 0 ? undefined : { seconds, why };
}

/** How often a rollout waits for pods. @returns undefined when it creates no pod */
function stepsOf(former: KubeObject | undefined, object: KubeObject): number | undefined {
  const old = former?.metadata.uid === object.metadata.uid ? former : undefined;
  const replicas = replicasOf(object);
  // Without a changed template, pods are only added.
  const isUpdate = old !== undefined && templateOf(old) !== templateOf(object);
  const made = isUpdate ? replicas : replicas - (old ? replicasOf(old) : 0);
  switch (groupKindOf(object)) {
    case "apps/Deployment":
      if (made <= 0 || isPaused(object)) return undefined;
      return isUpdate ? Math.ceil(replicas / atOnce(object, replicas)) : 1;
    case "apps/StatefulSet":
      return isUpdate ? updatesOfStatefulSet(object, replicas) : additionsOfStatefulSet(object, made);
    case "apps/DaemonSet":
      return old === undefined || (isUpdate && !isOnDelete(object)) ? 1 : undefined;
    default:
      return undefined;
  }
}

function replicasOf(object: KubeObject): number {
  return numberAt(object, "spec", "replicas") ?? 1;
}

/** Pods of a StatefulSet are updated one by one. */
function updatesOfStatefulSet(object: KubeObject, replicas: number): number | undefined {
  const rolling = at(object, "spec", "updateStrategy", "rollingUpdate");
  const updated = isOnDelete(object) ? 0 : replicas - (numberAt(rolling, "partition") ?? 0);
  if (updated <= 0) return undefined;
  return at(rolling, "maxUnavailable") === undefined ? updated : 1;
}

function additionsOfStatefulSet(object: KubeObject, made: number): number | undefined {
  if (made <= 0) return undefined;
  return textAt(object, "spec", "podManagementPolicy") === "Parallel" ? 1 : made;
}

function isOnDelete(object: KubeObject): boolean {
  return textAt(object, "spec", "updateStrategy", "type") === "OnDelete";
}

function isPaused(object: KubeObject): boolean {
  return at(object, "spec", "paused") === true;
}

function templateOf(object: KubeObject): string {
  return JSON.stringify(at(object, "spec", "template"));
}

/** How many new pods of a Deployment start concurrently. */
function atOnce(object: KubeObject, replicas: number): number {
  if (textAt(object, "spec", "strategy", "type") === "Recreate") return replicas;
  const { maxSurge = "25%", maxUnavailable = "25%" } = (at(object, "spec", "strategy", "rollingUpdate") ??
    {}) as Readonly<Record<"maxSurge" | "maxUnavailable", number | string | undefined>>;
  const surge = part(maxSurge, replicas, Math.ceil);
  const unavailable = part(maxUnavailable, replicas, Math.floor);
  return Math.max(1, surge + unavailable);
}

function part(value: number | string, all: number, round: (share: number) => number): number {
  if (typeof value === "number") return value;
  return round((Number.parseFloat(value) / 100) * all) || 0;
}

/** Seconds from a pod's start until it can be ready, by the probes of its containers. */
function readyAfter(object: KubeObject): number {
  const containers = listAt(podSpecOf(object), "containers");
  return Math.max(
    0,
    ...containers.map((container) => {
      const startup = numberAt(container, "startupProbe", "initialDelaySeconds") ?? 0;
      const readiness = numberAt(container, "readinessProbe", "initialDelaySeconds") ?? 0;
      const more = (numberAt(container, "readinessProbe", "successThreshold") ?? 1) - 1;
      return Math.max(startup, readiness) + more * (numberAt(container, "readinessProbe", "periodSeconds") ?? 10);
    }),
  );
}
