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

/** The outcome of a HelmRelease. */
export function releaseOutcome(lookup: Lookup, object: KubeObject): Outcome {
  const condition = conditionOf(object, "Ready");
  const current = condition?.observedGeneration === object.metadata.generation;
  const chart = chartOf(lookup, object);
  const source = chart === "missing" ? readBy(lookup, object) : undefined;
  const origin = source && lookup.outcome(source);
  if (source && origin?.state === "assumed") return gap("NoSourceArtifact", `${labelOf(source)}: ${origin.message}`);
  if (chart === "missing")
    // A request would interrupt a running reconciliation.
    return pending(
      `${labelOf(object)} has no chart yet`,
      current && condition?.status === "False" && lookup.view.requested(keyOf(object)) === undefined,
    );
  const of = lookup.outcome(chart);
  if (of.state === "pending") return pending(`${labelOf(object)} waits for ${labelOf(chart)}`);
  if (of.state === "stalled") return { ...of, message: `${labelOf(chart)}: ${of.message}` };
  if (of.state === "assumed") return gap("NoSourceArtifact", `${labelOf(chart)}: ${of.message}`);
  const blocked = dependencyOutcome(lookup, object, { condition, current });
  if (blocked) return blocked;
  const revision = textAt(chart, "status", "artifact", "revision");
  const observed = numberAt(object, "status", "observedGeneration") === object.metadata.generation;
  if (condition?.status === "True" && current && observed) {
    // helm-controller writes its status in several patches: the attempted revision may be there before the upgrade.
    if (conditionOf(object, "Reconciling")?.status === "True") return pending(`${labelOf(object)} is being reconciled`);
    if (revision !== undefined && !hasAttempted(object, revision))
      return pending(`${labelOf(object)} has not attempted ${revision}`);
    const values = listAt(object, "spec", "valuesFrom").length > 0;
    // helm-controller reads referenced values at its next interval only.
    if (values && !isHandled(lookup, object)) return pending(`${labelOf(object)} has not read its values again`, true);
    return { state: "reconciled" };
  }
  if (condition?.status === "False" && current) {
    if (condition.reason !== "HealthCheckCanceled") return failedRelease(lookup, object, condition);
    // It gave up after its health check was canceled: only `Released` says why the action failed.
    if (conditionOf(object, "Stalled")?.status === "True")
      return stalledAgain(lookup, object, conditionOf(object, "Released") ?? condition);
  }
  const own = [...lookup.workloads.values()].filter((one) => ownerOf(one) === labelOf(object));
  return own.length > 0 ? healthOutcome(lookup, object, own) : pending(`${labelOf(object)}: ${progress(object)}`);
}

/**
 * Whether the release has attempted a revision of its chart: `1.1.0` or `1.1.0+BUILD` of a HelmChart, and
 * `1.1.0@sha256:…`, or `sha256:…` where the source names a digest, of an OCIRepository.
 */
function hasAttempted(release: KubeObject, revision: string): boolean {
  const [, digest] = /(?:^|@)(sha\d+:[0-9a-f]+)$/.exec(revision) ?? [];
  const attemptedDigest = textAt(release, "status", "lastAttemptedRevisionDigest");
  if (digest !== undefined && attemptedDigest !== undefined) return digest === attemptedDigest;
  const [version, build] = (textAt(release, "status", "lastAttemptedRevision") ?? "").split("+");
  const [wanted, wantedBuild] = revision.split("@")[0]?.split("+") ?? [];
  // The version of a chart in a folder or in Git may differ in its build metadata only.
  return version === wanted && (build === undefined || wantedBuild === undefined || build === wantedBuild);
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

/** A release notices its chart without a request. A request may interrupt its installation. */
function failedRelease(lookup: Lookup, object: KubeObject, condition: Condition): Outcome {
  const notices = condition.reason === "SourceNotReady" && lookup.view.quiet < PATIENCE.health;
  return notices
    ? pending(`${labelOf(object)} does not know yet that its chart is ready`)
    : stalledAgain(lookup, object, condition);
}
