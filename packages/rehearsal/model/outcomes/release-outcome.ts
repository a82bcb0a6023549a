import {
  type Condition,
  conditionOf,
  type KubeObject,
  keyOf,
  labelOf,
  listAt,
  numberAt,
  textAt,
} from "../kube-objects.js";
import { gap, type Outcome, pending } from "../outcome.js";
import { ownerOf } from "../owners.js";
import { dependencyOutcome } from "./dependency-outcome.js";
import { find, readBy } from "./find-source.js";
import { healthOutcome } from "./health-outcome.js";
import { type Lookup, PATIENCE } from "./lookup.js";
import { isHandled, progress, stalledAgain } from "./retry.js";

/** What a HelmRelease comes to. */
export function releaseOutcome(lookup: Lookup, object: KubeObject): Outcome {
  const condition = conditionOf(object, "Ready");
  const current = condition?.observedGeneration === object.metadata.generation;
  const chart = chartOf(lookup, object);
  const source = chart === "missing" ? readBy(lookup, object) : undefined;
  const origin = source && lookup.outcome(source);
  if (source && origin?.state === "assumed") return gap("NoSourceArtifact", `${labelOf(source)}: ${origin.message}`);
  if (chart === "missing")
    // While it is looked at, a request would interrupt it.
    return pending(
      `${labelOf(object)} has no chart yet`,
      current && condition?.status === "False" && lookup.view.asked(keyOf(object)) === undefined,
    );
  const of = lookup.outcome(chart);
  if (of.state === "pending") return pending(`${labelOf(object)} waits for ${labelOf(chart)}`);
  if (of.state === "stalled") return { ...of, message: `${labelOf(chart)}: ${of.message}` };
  if (of.state === "assumed") return gap("NoSourceArtifact", `${labelOf(chart)}: ${of.message}`);
  const blocked = dependencyOutcome(lookup, object, condition, current);
  if (blocked) return blocked;
  const revision = textAt(chart, "status", "artifact", "revision");
  const attempted = textAt(object, "status", "lastAttemptedRevision") ?? "";
  const observed = numberAt(object, "status", "observedGeneration") === object.metadata.generation;
  if (condition?.status === "True" && current && observed) {
    // helm-controller writes its status in several patches: the revision that it attempts may be there without the upgrade.
    if (conditionOf(object, "Reconciling")?.status === "True") return pending(`${labelOf(object)} is reconciled`);
    if (revision !== undefined && attempted.split("+")[0] !== revision.split("+")[0]?.split("@")[0])
      return pending(`${labelOf(object)} has not tried ${revision}`);
    const values = listAt(object, "spec", "valuesFrom").length > 0;
    // Values from elsewhere are looked at at the next interval only.
    if (values && !isHandled(lookup, object)) return pending(`${labelOf(object)} has not read its values again`, true);
    return { state: "reconciled" };
  }
  if (condition?.status === "False" && current) {
    if (condition.reason !== "HealthCheckCanceled") return failedRelease(lookup, object, condition);
    if (conditionOf(object, "Stalled")?.status === "True") {
      if (isInterrupted(object))
        return { state: "pending", for: `${labelOf(object)} was interrupted`, poke: true, reset: true };
      // It was asked to look again while it waited, and then gave up: its last words are about the release.
      return stalledAgain(lookup, object, conditionOf(object, "Released") ?? condition);
    }
  }
  const own = [...lookup.others.values()].filter((one) => ownerOf(one) === labelOf(object));
  return own.length > 0 ? healthOutcome(lookup, object, own) : pending(`${labelOf(object)}: ${progress(object)}`);
}

function chartOf(lookup: Lookup, release: KubeObject): KubeObject | "missing" {
  const spec = release.spec as { chartRef?: { kind: string; name: string; namespace?: string } };
  const namespace = release.metadata.namespace;
  if (spec.chartRef) {
    const { kind, name } = spec.chartRef;
    return find(lookup, kind, spec.chartRef.namespace ?? namespace, name) ?? "missing";
  }
  const [chartNamespace, chartName] = (textAt(release, "status", "helmChart") ?? "/").split("/", 2);
  return find(lookup, "HelmChart", chartNamespace, chartName) ?? "missing";
}

/** A release hears of its chart by itself; a request meanwhile may reach it while it is installed, and interrupt that. */
function failedRelease(lookup: Lookup, object: KubeObject, condition: Condition): Outcome {
  const hears = condition.reason === "SourceNotReady" && lookup.view.quiet < PATIENCE.health;
  return hears
    ? pending(`${labelOf(object)} has not seen yet that its chart is ready`)
    : stalledAgain(lookup, object, condition);
}

/**
 * Whether a release failed only because its action was interrupted: a request to look again that arrives meanwhile ends the action,
 * and the end counts as a failure. Its controller tries again when it is told to forget its failures.
 *
 * @see https://fluxcd.io/flux/components/helm/helmreleases/#resetting-remediation-retries
 */
function isInterrupted(release: KubeObject): boolean {
  const { status, message = "" } = conditionOf(release, "Released") ?? {};
  return (
    conditionOf(release, "Ready")?.reason === "HealthCheckCanceled" &&
    status === "False" &&
    message.endsWith("context canceled")
  );
}
