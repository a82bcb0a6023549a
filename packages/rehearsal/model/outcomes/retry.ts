import { type Condition, conditionOf, type KubeObject, keyOf, labelOf, textAt } from "../kube-objects.js";
import { type Outcome, stalled } from "../outcome.js";
import { isRemoteBaseOutOfReach } from "../unreachable.js";
import type { Lookup } from "./lookup.js";

/**
 * A failure is final when it repeats although nothing else has changed: another object may have
 * brought what was missing.
 */
export function stalledAgain(lookup: Lookup, object: KubeObject, condition: Condition): Outcome {
  if (isInterrupted(object, condition))
    return { state: "pending", for: `${labelOf(object)}: ${condition.message}`, requestNow: true, reset: true };
  if (isHandled(lookup, object)) return { ...stalled(condition), ...(lacksRemoteBase(condition) && { gap: true }) };
  return {
    state: "pending",
    for: `${labelOf(object)} tries again: ${condition.message ?? ""}`,
    requestNow: true,
    retriesLast: true,
  };
}

/**
 * Whether a release failed only because its action was interrupted: a request to reconcile that
 * arrives meanwhile cancels the action, and that counts as a failure. helm-controller tries again
 * when a request resets its failures.
 *
 * @param condition the one that reports the action: `Ready` or `Released`
 * @see https://fluxcd.io/flux/components/helm/helmreleases/#resetting-remediation-retries
 */
function isInterrupted(object: KubeObject, { message }: Condition): boolean {
  return object.kind === "HelmRelease" && message?.endsWith("context canceled") === true;
}

/** Whether a build failed only because a base of another server could not be read. */
function lacksRemoteBase({ reason, message = "" }: Condition): boolean {
  return reason === "BuildFailed" && isRemoteBaseOutOfReach(message);
}

/**
 * Whether an object has answered its required request. Tokens contain the time, so a later one also
 * answers an earlier one.
 */
export function isAnswered(lookup: Lookup, object: KubeObject): boolean {
  const token = lookup.view.required?.(keyOf(object));
  return token === undefined || (textAt(object, "status", "lastHandledReconcileAt") ?? "") >= token;
}

/** Whether an object has been reconciled since the last progress of any other object. */
export function isHandled(lookup: Lookup, object: KubeObject): boolean {
  const token = lookup.view.requested(keyOf(object));
  return token !== undefined && textAt(object, "status", "lastHandledReconcileAt") === token;
}

/** What an object reports about its progress. */
export function progress(object: KubeObject): string {
  return conditionOf(object, "Reconciling")?.message ?? conditionOf(object, "Ready")?.message ?? "not reconciled yet";
}
