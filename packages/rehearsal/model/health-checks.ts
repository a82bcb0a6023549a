import { goMilliseconds } from "@timonier/kit/go-duration";
import { isReconciliation } from "./flux-objects.js";
import { at, type KubeObject, keyOf, labelOf, listAt, textAt } from "./kube-objects.js";
import type { Outcome } from "./outcome.js";
import { byKey, inventoryOf, isKustomization, ownerOf } from "./owners.js";
import type { RevisionState } from "./revision-state.js";
import { type Rollout, rolloutOf } from "./rollout-time.js";

/**
 * A revision state in which Kustomizations and releases stall whose health check waits for pods
 * that do not start, or that cannot all be ready before its timeout. In the rehearsal cluster every
 * pod is ready at once.
 *
 * @param stuck why a workload's new pods do not start, by key
 */
export function withHealthChecks(
  before: RevisionState,
  after: RevisionState,
  stuck: ReadonlyMap<string, string>,
): RevisionState {
  const oldObjects = byKey(before.snapshot);
  const rollouts = after.snapshot.flatMap((object) => {
    const why = stuck.get(keyOf(object));
    const rollout: Rollout | undefined =
      why === undefined ? rolloutOf(oldObjects.get(keyOf(object)), object) : { seconds: 0, why, neverEnds: true };
    return rollout ? [{ object, rollout }] : [];
  });
  if (rollouts.length === 0) return after;
  const failures = new Map<string, string>();
  for (const waiter of after.snapshot.filter(isReconciliation)) {
    const seconds = timeoutOf(waiter, oldObjects.has(keyOf(waiter)));
    const checked = seconds === undefined ? [] : rollouts.filter(({ object }) => waitsFor(waiter, object));
    const late = checked.find(({ rollout }) => rollout.neverEnds || rollout.seconds > (seconds ?? 0));
    if (late) failures.set(keyOf(waiter), messageOf(late.object, late.rollout, seconds ?? 0));
  }
  const outcomes = after.outcomes.map(([key, outcome]): [string, Outcome] => {
    const message = outcome.state === "reconciled" ? failures.get(key) : undefined;
    return [
      key,
      message === undefined ? outcome : { state: "stalled", reason: "HealthCheckFailed", message, predicted: true },
    ];
  });
  return { ...after, outcomes, failing: [...after.failing, ...stuck] };
}

function messageOf(object: KubeObject, { seconds, why, neverEnds }: Rollout, timeout: number): string {
  const what = neverEnds ? "would fail" : `would time out after ${timeout} s`;
  return `health checks ${what}: ${labelOf(object)}: ${why}${neverEnds ? "" : `, ${seconds} s at least`}`;
}

/** Whether the health check of a Kustomization or a release includes an object. */
function waitsFor(waiter: KubeObject, object: KubeObject): boolean {
  if (!isKustomization(waiter)) return ownerOf(object) === labelOf(waiter);
  if (at(waiter, "spec", "wait") === true) return inventoryOf(waiter).includes(keyOf(object));
  return listAt(waiter, "spec", "healthChecks").some(
    (check) =>
      textAt(check, "kind") === object.kind &&
      textAt(check, "name") === object.metadata.name &&
      (textAt(check, "namespace") ?? waiter.metadata.namespace) === object.metadata.namespace,
  );
}

/**
 * Timeout of a health check in seconds.
 *
 * @returns undefined when there is no health check
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#timeout
 * @see https://fluxcd.io/flux/components/helm/helmreleases/#timeout
 */
function timeoutOf(waiter: KubeObject, isUpgrade: boolean): number | undefined {
  if (!isKustomization(waiter)) {
    const action = isUpgrade ? "upgrade" : "install";
    if (at(waiter, "spec", action, "disableWait") === true) return undefined;
    return secondsOf(textAt(waiter, "spec", action, "timeout") ?? textAt(waiter, "spec", "timeout")) ?? 300;
  }
  if (at(waiter, "spec", "wait") !== true && listAt(waiter, "spec", "healthChecks").length === 0) return undefined;
  const interval = secondsOf(textAt(waiter, "spec", "interval")) ?? 0;
  return Math.max(30, secondsOf(textAt(waiter, "spec", "timeout")) ?? interval - 30);
}

/** `1h30m` → 5400. @returns undefined when it is not a duration */
function secondsOf(text: string | undefined): number | undefined {
  const milliseconds = text === undefined ? undefined : goMilliseconds(text);
  return milliseconds === undefined ? undefined : milliseconds / 1_000;
}
