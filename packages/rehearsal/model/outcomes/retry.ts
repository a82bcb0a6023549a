import { type Condition, conditionOf, type KubeObject, keyOf, labelOf, textAt } from "../kube-objects.js";
import { type Outcome, stalled } from "../outcome.js";
import { isRemoteBaseOutOfReach } from "../unreachable.js";
import type { Lookup } from "./lookup.js";

/** A failure counts when it is repeated although nothing else has changed since: others may have brought what was missing. */
export function stalledAgain(lookup: Lookup, object: KubeObject, condition: Condition): Outcome {
  // Another look ended the action of a release, which then may not be tried again: that says nothing about the release.
  if (object.kind === "HelmRelease" && condition.message?.endsWith("context canceled"))
    return { state: "pending", for: `${labelOf(object)}: ${condition.message}`, poke: true, reset: true };
  if (isHandled(lookup, object)) return { ...stalled(condition), ...(lacksRemoteBase(condition) && { gap: true }) };
  return {
    state: "pending",
    for: `${labelOf(object)} tries again: ${condition.message ?? ""}`,
    poke: true,
    stuck: true,
  };
}

/** Whether a build failed only because a base of another server could not be read. */
function lacksRemoteBase({ reason, message = "" }: Condition): boolean {
  return reason === "BuildFailed" && isRemoteBaseOutOfReach(message);
}

/** Whether an object has answered the request that it has to answer. Tokens hold the time, so a later one answers an earlier one. */
export function isAnswered(lookup: Lookup, object: KubeObject): boolean {
  const token = lookup.view.requested?.(keyOf(object));
  return token === undefined || (textAt(object, "status", "lastHandledReconcileAt") ?? "") >= token;
}

/** Whether an object has looked again since nothing else has come forward. */
export function isHandled(lookup: Lookup, object: KubeObject): boolean {
  const token = lookup.view.asked(keyOf(object));
  return token !== undefined && textAt(object, "status", "lastHandledReconcileAt") === token;
}

/** What an object says that it is at. */
export function progress(object: KubeObject): string {
  return conditionOf(object, "Reconciling")?.message ?? conditionOf(object, "Ready")?.message ?? "not looked at yet";
}
