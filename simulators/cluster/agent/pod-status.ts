import type { ContainerStatus, Pod, PodCondition, PodStatus } from "./pod-objects.js";

/**
 * A pod's status as kubelet writes it from those of its containers.
 *
 * Conditions keep their time of transition while their status stays; conditions of others
 * (PodScheduled, readiness gates) stay.
 *
 * @param podIP address that no network has: the API server allows no loopback address behind a
 * Service
 * @param now RFC 3339
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export function podStatus(pod: Pod, containers: readonly ContainerStatus[], podIP: string, now: string): PodStatus {
  const phase = podPhase(pod, containers);
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const notReady =
    unready.length === 0
      ? undefined
      : phase === "Succeeded"
        ? { reason: "PodCompleted" }
        : { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  const gates = (pod.status?.conditions ?? []).filter(({ type }) => !ours.has(type));
  const conditions = [
    condition("PodReadyToStartContainers", undefined),
    condition("Initialized", undefined),
    condition("Ready", notReady),
    condition("ContainersReady", notReady),
  ].map((wanted) => kept(wanted, pod.status?.conditions, now));
  return {
    phase,
    conditions: [...conditions, ...gates],
    hostIP: "127.0.0.1",
    hostIPs: [{ ip: "127.0.0.1" }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.status?.startTime ?? now,
    containerStatuses: containers,
    ...(pod.spec.initContainers?.length && { initContainerStatuses: completedInits(pod, now) }),
  };
}

const ours = new Set(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"]);

function podPhase(pod: Pod, containers: readonly ContainerStatus[]): string {
  const terminated = containers.filter(({ state }) => state.terminated);
  if (terminated.length === containers.length && (pod.spec.restartPolicy ?? "Always") !== "Always") {
    return terminated.every(({ state }) => state.terminated?.exitCode === 0) ? "Succeeded" : "Failed";
  }
  const started = containers.some(({ state, lastState }) => state.running || state.terminated || lastState.terminated);
  return started ? "Running" : "Pending";
}

function condition(type: string, failure: { reason: string; message?: string } | undefined): PodCondition {
  return failure ? { type, status: "False", ...failure } : { type, status: "True" };
}

function kept(wanted: PodCondition, before: readonly PodCondition[] | undefined, now: string): PodCondition {
  const old = before?.find(({ type }) => type === wanted.type);
  const since = old?.status === wanted.status ? old.lastTransitionTime : now;
  return { ...wanted, lastProbeTime: null, lastTransitionTime: since ?? now };
}

/** Init containers are simulated: they ended well before the others started. */
function completedInits(pod: Pod, now: string): ContainerStatus[] {
  const before = pod.status?.initContainerStatuses;
  return (pod.spec.initContainers ?? []).map(
    ({ name, image }) =>
      before?.find((status) => status.name === name) ?? {
        name,
        image,
        imageID: "",
        ready: true,
        started: false,
        restartCount: 0,
        state: { terminated: { exitCode: 0, reason: "Completed", startedAt: now, finishedAt: now } },
        lastState: {},
      },
  );
}

/** Whether two statuses are equal for a reader of the API, whatever the order of keys. */
export function sameStatus(a: PodStatus | undefined, b: PodStatus): boolean {
  return canonical(pick(a, b)) === canonical(b);
}

function pick(a: PodStatus | undefined, b: PodStatus): unknown {
  return Object.fromEntries(Object.keys(b).map((key) => [key, a?.[key as keyof PodStatus]]));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([, inner]) => inner !== undefined && inner !== null)
        .sort(([x], [y]) => (x < y ? -1 : 1)),
    );
  });
}
