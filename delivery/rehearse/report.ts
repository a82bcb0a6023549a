import { refName } from "../../core/kube-discovery.js";
import type { NotEvaluated, PolicyResult, Report, Revision } from "../report/model.js";
import { type KnownCause, withCauses } from "./causes.js";
import { compare } from "./compare.js";
import type { KubeObject } from "./objects.js";
import { reconciliations } from "./reconciliations.js";
import { redactText, secretValues } from "./redact.js";
import { refusedByReleases } from "./refused-releases.js";
import { rejectedChanges, withFailing } from "./rejections.js";
import type { Side } from "./side.js";
import { sortChanges } from "./sort.js";
import { unjudged } from "./unjudged.js";
import { verdictOf } from "./verdict.js";
import { versionChanges } from "./versions.js";

/** Everything that was seen. */
export interface Findings {
  readonly base: Revision;
  readonly head: Revision;
  readonly before: Side;
  readonly after: Side;
  /** Whether a source is served by the rehearsal itself. */
  readonly served: (source: KubeObject) => boolean;
  readonly policies: readonly PolicyResult[];
  /** What could not be judged for other reasons than those in the snapshots. */
  readonly notEvaluated: readonly NotEvaluated[];
  readonly simulated: readonly string[];
  readonly causes: readonly KnownCause[];
  readonly duration: number;
}

/** The report of a rehearsal that ran. */
export function reportOf(findings: Findings): Report {
  const { base, head, before, after, served, policies, simulated, causes, duration } = findings;
  const secrets = secretValues(before.snapshot, after.snapshot);
  const clean = <T extends { readonly message?: string; readonly diff?: string }>(one: T): T => ({
    ...one,
    ...(one.message !== undefined && { message: redactText(one.message, secrets) }),
    ...(one.diff !== undefined && { diff: redactText(one.diff, secrets) }),
  });
  const settled = reconciliations(before, after).map(clean);
  const { unknown, notEvaluated } = unjudged(after, settled, served);
  const order = settled.map((one) => (unknown.has(refName(one.ref)) ? { ...one, notEvaluated: true as const } : one));
  const seen = compare({ before: before.snapshot, after: after.snapshot });
  const failing = withFailing(seen, before, after);
  const changes = withCauses(
    [...failing, ...rejectedChanges(before, after), ...refusedByReleases(order)].map(clean),
    causes,
  );
  return {
    version: 1,
    verdict: verdictOf({ changes, reconciliations: order, policies }),
    base,
    head,
    changes: sortChanges(changes, order),
    reconciliations: order,
    versions: versionChanges(before.snapshot, after.snapshot),
    policies,
    notEvaluated: [...notEvaluated, ...findings.notEvaluated],
    simulated,
    duration,
  };
}

/** The report of one that could not run. */
export function unableReport(
  base: Revision,
  head: Revision,
  fault: { what: string; where: string; fix: string },
  duration: number,
): Report {
  const nothing = { changes: [], reconciliations: [], versions: [], policies: [], notEvaluated: [], simulated: [] };
  return { version: 1, verdict: "unable", base, head, fault, ...nothing, duration };
}
