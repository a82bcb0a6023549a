import { isReconciliation, isSource } from "../flux-objects.js";
import { type KubeObject, keyOf, labelOf, textAt } from "../kube-objects.js";
import { type Outcome, pending } from "../outcome.js";
import { readiness } from "../readiness.js";
import { type Lookup, PATIENCE } from "./lookup.js";

/**
 * The outcome of a health check.
 *
 * @param absent names of objects that it waits for and that do not exist
 */
export function healthOutcome(
  lookup: Lookup,
  object: KubeObject,
  checked: readonly KubeObject[],
  absent: readonly string[] = [],
): Outcome {
  const states = checked.map((one) => ({ one: labelOf(one), state: readinessOf(lookup, one) }));
  const missing = absent.map((one) => ({ one, state: { state: "progressing", message: "does not exist" } as const }));
  const open = [...states.filter(({ state }) => state.state !== "ready"), ...missing];
  // kustomize-controller checks every five seconds, and at once when requested. helm-controller
  // would repeat its upgrade.
  const requestNow = object.kind === "Kustomization";
  if (open.length === 0) return pending(`${labelOf(object)}: everything in it is ready`, requestNow);
  const hopeless = open.filter(({ state }) => state.state === "hopeless");
  if (hopeless.length === 0 && lookup.view.quiet < PATIENCE.health)
    return pending(`${labelOf(object)}: ${open[0]?.one}`);
  const timeout = textAt(object, "spec", "timeout");
  const words = (hopeless.length > 0 ? hopeless : open).map(
    ({ one, state }) => `${one}: ${"message" in state ? state.message : ""}`,
  );
  const message = `health checks would time out${timeout ? ` after ${timeout}` : ""}: ${words.join("; ")}`;
  return { state: "stalled", reason: "HealthCheckFailed", message, predicted: true };
}

function readinessOf(lookup: Lookup, object: KubeObject) {
  if (!isReconciliation(object) && !isSource(object)) return readiness(object, lookup.view.pods);
  if (lookup.isOpen(keyOf(object))) return { state: "progressing", message: "depends on this object" } as const;
  const of = lookup.outcome(object);
  if (of.state === "stalled") return { state: "hopeless", message: of.message } as const;
  return of.state === "pending" ? ({ state: "progressing", message: of.for } as const) : ({ state: "ready" } as const);
}
