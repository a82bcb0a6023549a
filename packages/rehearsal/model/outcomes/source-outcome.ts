import { conditionOf, type KubeObject, labelOf, numberAt, textAt } from "../kube-objects.js";
import { NOWHERE } from "../offline.js";
import { type Outcome, pending, stalled } from "../outcome.js";
import { isUnreachable } from "../unreachable.js";
import { find, readBy } from "./find-source.js";
import { type Lookup, PATIENCE } from "./lookup.js";

/** The outcome of a source. */
export function sourceOutcome(lookup: Lookup, source: KubeObject): Outcome {
  const condition = conditionOf(source, "Ready");
  const current = condition?.observedGeneration === source.metadata.generation;
  const expected = lookup.view.expected(source);
  const revision = textAt(source, "status", "artifact", "revision");
  if (source.kind === "HelmRepository" && textAt(source, "spec", "type") === "oci") return { state: "reconciled" };
  if (condition?.status === "True" && current) {
    // Flux writes conditions first, and the artifact with the rest of the status a moment later.
    const observed = numberAt(source, "status", "observedGeneration") ?? source.metadata.generation;
    if (observed !== source.metadata.generation) return pending(`${labelOf(source)} has no artifact yet`);
    if (source.kind === "HelmChart") {
      const built = builtVersion(condition.message);
      if (built !== undefined && built !== revision)
        return pending(`${labelOf(source)} has no artifact of ${built} yet`);
      return chartIsCurrent(lookup, source);
    }
    if (expected === undefined || revision?.endsWith(expected)) return { state: "reconciled" };
    return pending(`${labelOf(source)} is at ${revision ?? "no revision"}`);
  }
  const served = isServed(lookup, source);
  // A source that is served on this machine can be reached, so its controller tries again.
  if (condition?.status === "False" && served && lookup.still <= PATIENCE.served) {
    if (isUnreachable(condition.message ?? "")) return pending(`${labelOf(source)}: ${condition.message}`);
  }
  if (condition?.status === "False" && current && expected === undefined) {
    // A chart may have failed before its source had an artifact.
    if (source.kind !== "HelmChart") return { ...stalled(condition), gap: true };
    const behind = chartIsCurrent(lookup, source);
    if (behind.state === "pending") return behind;
    const beyond = gapOf(lookup, source);
    // A registry may answer at the next attempt; offline it never does.
    const message = condition.message ?? "";
    const isOver = lookup.still > PATIENCE.source || message.includes(NOWHERE);
    if (beyond.gap && isUnreachable(message) && !isOver) return pending(`${labelOf(source)}: ${message}`);
    return { ...stalled(condition), ...beyond };
  }
  // A failure of a source that is served here is final only when it lasts.
  if (condition?.status === "False" && current && lookup.view.quiet > PATIENCE.health) return stalled(condition);
  const patience = current ? PATIENCE.source : PATIENCE.untried;
  if (!served && (source.kind === "HelmChart" ? lookup.view.quiet : lookup.still) > patience) {
    const message = condition?.message ?? "does not answer";
    const beyond = source.kind === "HelmChart" ? gapOf(lookup, source) : { gap: true as const };
    return { state: "stalled", reason: condition?.reason ?? "NoAnswer", message, predicted: true, ...beyond };
  }
  return pending(`${labelOf(source)}: ${condition?.message ?? "not reconciled yet"}`);
}

/** The chart's version in a condition: `packaged 'web' chart with version '1.1.0'`. */
function builtVersion(message = ""): string | undefined {
  return /with version '([^']+)'/.exec(message)?.[1];
}

/** Whether a source is served on this machine. For a chart, its source counts. */
function isServed(lookup: Lookup, source: KubeObject): boolean {
  const from = source.kind === "HelmChart" ? readBy(lookup, source) : source;
  return from !== undefined && lookup.view.expected(from) !== undefined;
}

/** A failed chart is a gap when its source is one, because the content of that source is not known. */
function gapOf(lookup: Lookup, chart: KubeObject): { readonly gap?: true } {
  const source = readBy(lookup, chart);
  const outcome = source && lookup.outcome(source);
  // An OCI registry has no status: only its charts show whether it can be reached.
  if (source !== undefined && !isServed(lookup, source) && isUnreachable(conditionOf(chart, "Ready")?.message ?? ""))
    return { gap: true };
  return outcome?.state === "assumed" || (outcome?.state === "stalled" && outcome.gap) ? { gap: true } : {};
}

function chartIsCurrent(lookup: Lookup, chart: KubeObject): Outcome {
  const ref = chart.spec as { sourceRef?: { kind?: string; name?: string } };
  const source = find(lookup, ref.sourceRef?.kind, chart.metadata.namespace, ref.sourceRef?.name);
  const isRegistry = source?.kind === "HelmRepository" && textAt(source, "spec", "type") === "oci";
  const isMade = source?.kind === "HelmRepository" && conditionOf(chart, "Ready")?.status === "True";
  if (!source || isRegistry || isMade) return { state: "reconciled" };
  const outcome = lookup.outcome(source);
  if (outcome.state !== "reconciled") return outcome.state === "pending" ? outcome : { state: "reconciled" };
  const seen = textAt(chart, "status", "observedSourceArtifactRevision");
  return seen === textAt(source, "status", "artifact", "revision")
    ? { state: "reconciled" }
    : pending(`${labelOf(chart)} was built from another revision`);
}
