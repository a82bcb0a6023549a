import { neverReadyReason } from "../assumed.js";
import { conditionOf, groupOf, type KubeObject, keyOf, labelOf, numberAt, textAt } from "../kube-objects.js";
import { gap, type Outcome, pending, stalledOutcome } from "../outcome.js";
import { inventoryOf } from "../owners.js";
import { dependencyOutcome } from "./dependency-outcome.js";
import { find } from "./find-source.js";
import { healthOutcome } from "./health-outcome.js";
import type { Lookup } from "./lookup.js";
import { isAnswered, progress, stalledAgain } from "./retry.js";

/** Kinds that are watched, so that a missing object is known to be missing. */
const workloadKinds = new Set(["apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "batch/Job"]);

interface HealthCheck {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function keyOfCheck({ apiVersion = "", kind, namespace = "", name }: HealthCheck): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}

/** The outcome of a Kustomization. */
export function kustomizationOutcome(lookup: Lookup, object: KubeObject): Outcome {
  const spec = object.spec as { sourceRef: { kind: string; name: string; namespace?: string } };
  const { kind, name, namespace = object.metadata.namespace } = spec.sourceRef;
  const source = find(lookup, kind, namespace, name);
  const condition = conditionOf(object, "Ready");
  const current = condition?.observedGeneration === object.metadata.generation;
  const beyond = source ? undefined : unreachedController(kind, namespace, name);
  if (beyond !== undefined) return gap("ArtifactFailed", beyond);
  if (!source)
    return stalledOutcome("ArtifactFailed", `${kind} ${namespace}/${name} does not exist`, { condition, current });
  const of = lookup.outcome(source);
  const revision = textAt(source, "status", "artifact", "revision");
  if (of.state === "pending") return pending(`${labelOf(object)} waits for ${labelOf(source)}`);
  if ((of.state === "stalled" || of.state === "assumed") && revision === undefined) {
    const message = `${labelOf(source)}: ${of.message}`;
    return of.state === "assumed" ? gap("ArtifactFailed", message) : { ...of, reason: "ArtifactFailed", message };
  }
  const blocked = dependencyOutcome(lookup, object, { condition, current });
  if (blocked) return blocked;
  if (condition?.status === "True") {
    const applied = textAt(object, "status", "lastAppliedRevision") === revision;
    const observed = numberAt(object, "status", "observedGeneration") === object.metadata.generation;
    if (applied && observed && !isAnswered(lookup, object))
      return pending(`${labelOf(object)} has not been reconciled again yet`, true);
    return applied && observed ? { state: "reconciled" } : pending(`${labelOf(object)} has not applied ${revision}`);
  }
  if (condition?.status === "False" && current && condition.reason !== "HealthCheckCanceled")
    return stalledAgain(lookup, object, condition);
  const attempted = textAt(object, "status", "lastAttemptedRevision") === revision && current;
  const healthy = conditionOf(object, "Healthy");
  if (!attempted || healthy?.status !== "Unknown") return pending(`${labelOf(object)}: ${progress(object)}`);
  return healthOutcome(lookup, object, checked(lookup, object), absent(lookup, object));
}

/** Names of workloads that a Kustomization checks the health of and that do not exist. */
function absent(lookup: Lookup, object: KubeObject): string[] {
  const spec = object.spec as { wait?: boolean; healthChecks?: readonly HealthCheck[] };
  if (spec.wait) return [];
  return (spec.healthChecks ?? [])
    .filter((one) => workloadKinds.has(`${groupOf(one.apiVersion ?? "")}/${one.kind}`))
    .filter((one) => !lookup.workloads.has(keyOfCheck(one)))
    .map((one) => `${one.kind} ${one.namespace}/${one.name}`);
}

/** Existing objects whose health a Kustomization waits for. */
function checked(lookup: Lookup, object: KubeObject): KubeObject[] {
  const spec = object.spec as { wait?: boolean; healthChecks?: readonly HealthCheck[] };
  const keys = spec.wait ? inventoryOf(object) : (spec.healthChecks ?? []).map(keyOfCheck);
  return keys
    .filter((key) => key !== keyOf(object))
    .flatMap((key) => lookup.flux.get(key) ?? lookup.workloads.get(key) ?? []);
}

/** Why a source that does not exist never will: no controller here creates its kind. undefined: one creates it. */
function unreachedController(kind: string, namespace: string | undefined, name: string): string | undefined {
  const source = { apiVersion: "source.toolkit.fluxcd.io/v1", kind, metadata: { name } };
  const reason = neverReadyReason(source);
  return reason && `${kind} ${namespace}/${name}: ${reason}`;
}
