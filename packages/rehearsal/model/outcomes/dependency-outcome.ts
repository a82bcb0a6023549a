import { ASSUMED } from "../assumption.js";
import { dependencyIsReady, readyExpressionOf } from "../dependency.js";
import { dependenciesOf } from "../flux-objects.js";
import { type Condition, conditionOf, type KubeObject, labelOf } from "../kube-objects.js";
import { gap, type Outcome, pending, stalledOutcome } from "../outcome.js";
import { type Lookup, PATIENCE } from "./lookup.js";

/** What the dependencies of an object come to. One that never becomes Ready, or a circle of them, is an answer. undefined: all are Ready. */
export function dependencyOutcome(
  lookup: Lookup,
  object: KubeObject,
  condition: Condition | undefined,
  current: boolean,
): Outcome | undefined {
  const waitsFor: string[] = [];
  for (const key of dependenciesOf(object)) {
    const name = key.split("/").slice(1).join("/").replace("/", " ");
    const dependency = lookup.flux.get(key);
    if (!dependency)
      return stalledOutcome(
        "DependencyNotReady",
        `dependency '${name}' does not exist`,
        condition,
        current,
        "DependencyNotReady",
      );
    const judged = byExpression(lookup, object, dependency);
    if (judged === "ready") continue;
    if (typeof judged === "object") return judged;
    if (judged !== undefined) {
      waitsFor.push(name);
      continue;
    }
    if (lookup.isOpen(key))
      return {
        state: "stalled",
        reason: "DependencyNotReady",
        message: `depends on itself through ${labelOf(dependency)}`,
      };
    const of = lookup.outcome(dependency);
    if (of.state === "stalled")
      return { state: "stalled", reason: "DependencyNotReady", message: `dependency '${name}' does not become ready` };
    if (of.state !== "reconciled" && conditionOf(dependency, "Ready")?.status !== "True") waitsFor.push(name);
    else if (of.state === "pending") waitsFor.push(name);
  }
  if (waitsFor.length > 0) return pending(`${labelOf(object)} waits for ${waitsFor.join(", ")}`);
  return condition?.reason === "DependencyNotReady"
    ? pending(`${labelOf(object)} has not seen yet that its dependencies are ready`)
    : undefined;
}

/**
 * How an object judges a dependency by its expression: `ready`, `waiting`, or an answer. undefined: it has no expression.
 *
 * An expression that is not fulfilled while nothing changes any more will not be.
 */
function byExpression(
  lookup: Lookup,
  object: KubeObject,
  dependency: KubeObject,
): "ready" | "waiting" | Outcome | undefined {
  if (readyExpressionOf(object, dependency) === undefined) return undefined;
  const found = dependencyIsReady(object, dependency);
  if (found.state === "ready") return "ready";
  if (found.state === "failed") return { state: "stalled", reason: "DependencyNotReady", message: found.message };
  if (lookup.view.quiet <= PATIENCE.health) return "waiting";
  // What its status would be where it can be read is not known.
  const unknown = found.state === "not evaluated" || dependency.metadata.annotations?.[ASSUMED] !== undefined;
  return unknown
    ? gap("DependencyNotReady", found.message)
    : { state: "stalled", reason: "DependencyNotReady", message: found.message };
}
