import { refName } from "@timonier/kit/kube-discovery";
import { versions } from "@timonier/kit/versions";
import {
  type NotEvaluated,
  type ObjectChange,
  type PolicyResult,
  type Reconciliation,
  type Report,
  type ReportError,
  type Revision,
  schemaVersion,
} from "@timonier/report/model";
import { withEffects } from "./affected.js";
import { compare } from "./compare.js";
import { conceal } from "./conceal.js";
import {
  type ChangedTree,
  coverageOf,
  type EvaluationScope,
  type FileCoverage,
  filesDefining,
  type Reader,
} from "./coverage.js";
import { notEvaluatedByEngines } from "./engine-policies.js";
import { fluxVersionOf, isOtherFlux } from "./flux-version.js";
import type { KubeObject } from "./kube-objects.js";
import { type NotEvaluatedParts, notEvaluatedParts } from "./not-evaluated.js";
import { assumedAccounts } from "./outside-accounts.js";
import { type ObjectProvenance, withProvenance } from "./provenance.js";
import { reconciliations } from "./reconciliations.js";
import { rejectedByReleases } from "./rejected-by-releases.js";
import { rejectedChanges, withFailing } from "./rejections.js";
import type { RevisionState } from "./revision-state.js";
import type { TreeFiles } from "./scan.js";
import { sortChanges } from "./sort.js";
import { isOpen, verdictOf } from "./verdict.js";
import { versionChanges } from "./version-changes.js";

/** The result of a rehearsal, from which the report is built. */
export interface RehearsalResult {
  readonly base: Revision;
  readonly head: Revision;
  readonly before: RevisionState;
  readonly after: RevisionState;
  readonly policies: readonly PolicyResult[];
  /** The tree that the merge changes. */
  readonly tree: ChangedTree;
  /** Folders of that tree that Kustomizations and releases of base and head read. */
  readonly readers: readonly Reader[];
  /** Folder that was rehearsed as a cluster, because the tree has none. @default the tree has a cluster */
  readonly guessed?: string;
  /** What was not evaluated for reasons that the snapshots do not show. */
  readonly notEvaluated: readonly NotEvaluated[];
  readonly simulated: readonly string[];
  readonly provenance: readonly ObjectProvenance[];
  /** Files of the trees at base and head, in which variables with values of Secrets are found. @default not known */
  readonly files?: readonly TreeFiles[];
  /** Objects that the cluster has outside of Git. @default none */
  readonly assumed?: readonly KubeObject[];
  readonly duration: number;
}

/** Builds the report of a rehearsal that ran. */
export function reportOf(result: RehearsalResult): Report {
  const { base, head, before, after, policies, simulated, provenance, duration } = result;
  const reconciled = reconciliations(before, after);
  const found = notEvaluatedParts(after, reconciled);
  const order = reconciled.map((one) =>
    found.unknown.has(refName(one.ref)) ? { ...one, notEvaluated: true as const } : one,
  );
  const changed = compare({ before: before.snapshot, after: after.snapshot });
  const failing = withFailing(changed, before, after);
  const changes = withProvenance(
    [...failing, ...rejectedChanges(before, after), ...rejectedByReleases(order)],
    provenance,
  );
  const { coverage, notEvaluated } = notEvaluatedOf(result, found, changes, order);
  const verdict = verdictOf({ changes, reconciliations: order, policies, notEvaluated });
  const report: Report = {
    schemaVersion,
    verdict,
    base,
    head,
    ...(verdict === "unable" && { error: outOfTime(order.filter(isOpen)) }),
    coverage,
    ...otherFlux(after),
    changes: sortChanges(changes, order),
    reconciliations: order,
    versions: versionChanges(before.snapshot, after.snapshot),
    policies,
    notEvaluated,
    simulated,
    duration,
  };
  return conceal(report, {
    snapshots: [before.snapshot, after.snapshot],
    others: [...[...before.dryRuns, ...after.dryRuns].map(({ object }) => object), ...(result.assumed ?? [])],
    ...(result.files && { files: result.files }),
  });
}

/** What was not evaluated, what of it the merge can affect, and the coverage. */
function notEvaluatedOf(
  { before, after, tree, readers, guessed, notEvaluated }: RehearsalResult,
  found: NotEvaluatedParts,
  changes: readonly ObjectChange[],
  order: readonly Reconciliation[],
): FileCoverage {
  const changed: EvaluationScope = {
    readers,
    reconciliations: order.filter(({ ready }) => ready !== undefined).map(({ ref }) => refName(ref)),
    unevaluated: found.unapplied,
    ...(guessed !== undefined && { guessed }),
  };
  const files = coverageOf(tree, changed);
  const readingChanges = new Set(files.unread.flatMap(({ readers: names }) => names));
  const gaps = withEffects(found, { changes, after: after.snapshot, readingChanges });
  // A file that defines an object which was not evaluated counts as not evaluated.
  const names = new Set(gaps.filter(({ affected }) => affected).map(({ subject }) => subject));
  const unread = new Set([...files.unread.map(({ path }) => path), ...filesDefining(tree, names)]);
  const { all } = files.coverage.files;
  return {
    coverage: { ...files.coverage, files: { evaluated: Math.max(all - unread.size, 0), all } },
    notEvaluated: [
      ...files.notEvaluated,
      ...gaps,
      ...notEvaluatedByEngines(after.snapshot, changes),
      ...assumedAccounts(before.snapshot, after.snapshot, changes),
      ...notEvaluated,
    ],
  };
}

function otherFlux({ snapshot }: RevisionState): Pick<Report, "flux"> {
  const cluster = fluxVersionOf(snapshot);
  if (cluster === undefined || !isOtherFlux(cluster, versions.flux)) return {};
  return { flux: { cluster, rehearsed: versions.flux } };
}

function outOfTime(open: readonly Reconciliation[]): ReportError {
  const names = open.map(({ ref }) => refName(ref));
  return {
    what: `${names.length === 1 ? "a reconciliation" : `${names.length} reconciliations`} did not reconcile in time: ${open[0]?.message ?? "no reason given"}`,
    where: names.join(", "),
    fix: "raise the limit: --timeout SECONDS",
  };
}

/** The report of a rehearsal that could not run. */
export function unableReport(
  base: Revision,
  head: Revision,
  error: { what: string; where: string; fix: string },
  duration: number,
): Report {
  const nothing = { changes: [], reconciliations: [], versions: [], policies: [], notEvaluated: [], simulated: [] };
  const report: Report = { schemaVersion, verdict: "unable", base, head, error, ...nothing, duration };
  return conceal(report, { snapshots: [], others: [] });
}
