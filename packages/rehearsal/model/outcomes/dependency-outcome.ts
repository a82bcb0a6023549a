import { ASSUMED } from "../assumption.js";
import { dependencyIsReady, readyExpressionOf } from "../dependency.js";
import { dependenciesOf } from "../flux-objects.js";
import { conditionOf, type KubeObject, labelOf } from "../kube-objects.js";
import { gap, type Outcome, pending, type ReadyCondition, stalledOutcome } from "../outcome.js";
import { type Lookup, PATIENCE } from "./lookup.js";

/**
 * The outcome that an object's dependencies decide: one that stalls, or a cycle of dependencies,
 * stalls the object as well.
 *
 * @returns undefined when all dependencies are Ready
 */
export function dependencyOutcome(lookup: Lookup, object: KubeObject, ready: ReadyCondition): Outcome | undefined {
  const awaited: string[] = [];
  for (const key of dependenciesOf(object)) {
    const name = key.split("/").slice(1).join("/").replace("/", " ");
    const dependency = lookup.flux.get(key);
    if (!dependency) return stalledOutcome("DependencyNotReady", `dependency '${name}' does not exist`, ready);
    const judged = byExpression(lookup, object, dependency);
    if (judged === "ready") continue;
    if (typeof judged === "object") return judged;
    if (judged !== undefined) {
      awaited.push(name);
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
    if (of.state !== "reconciled" && conditionOf(dependency, "Ready")?.status !== "True") awaited.push(name);
    else if (of.state === "pending") awaited.push(name);
  }
  if (awaited.length > 0) return pending(`${labelOf(object)} waits for ${awaited.join(", ")}`);
  return ready.condition?.reason === "DependencyNotReady"
    ? pending(`${labelOf(object)} does not know yet that its dependencies are ready`)
    : undefined;
}

/**
 * What the `readyExpr` of an object says of a dependency: `ready`, `waiting`, or the outcome that it decides.
 *
 * An expression that is false while nothing changes any more stays false.
 *
 * @returns undefined when there is no expression
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
  // The status of an assumed dependency is not its real one.
  const unknown = found.state === "not evaluated" || dependency.metadata.annotations?.[ASSUMED] !== undefined;
  return unknown
    ? gap("DependencyNotReady", found.message)
    : { state: "stalled", reason: "DependencyNotReady", message: found.message };
}
