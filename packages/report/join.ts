import { refName } from "@timonier/kit/kube-discovery";
import type { Coverage, Reconciliation, Report, Revision, Share, Verdict } from "./model.js";

/** The change that several rehearsals are about. */
export interface JoinedChange {
  /** @default the first report's */
  readonly base?: Revision;
  /** @default the first report's */
  readonly head?: Revision;
}

/** Verdicts from best to worst: the joined report has the worst one. */
const byWeight: readonly Verdict[] = ["safe", "unknown", "destructive", "rejected", "unable"];

/**
 * Joins several rehearsals of one change: a change of apps/ becomes a merge request in each
 * affected repository, and a change of the setup repository may affect several clusters.
 *
 * @param reports at least one
 * @param change commits of the change itself, where the reports are about what follows from it
 */
export function joinReports(all: readonly [Report, ...Report[]], change: JoinedChange = {}): Report {
  const [first] = all;
  const error = all.find((one) => one.error)?.error;
  // Each rehearsal of a cluster contains the same Kustomizations: the one whose state changes counts.
  const reconciliations = new Map<string, Reconciliation>();
  for (const one of all.flatMap((report) => report.reconciliations)) {
    const name = `${one.cluster ?? ""} ${refName(one.ref)}`;
    const known = reconciliations.get(name);
    if (!known || (known.ready === known.readyBefore && known.ready === "True")) reconciliations.set(name, one);
  }
  return {
    ...first,
    ...change,
    verdict: byWeight[Math.max(...all.map(({ verdict }) => byWeight.indexOf(verdict)))] as Verdict,
    ...(error && { error }),
    ...coverageOf(all),
    changes: all.flatMap(({ changes }) => changes),
    reconciliations: [...reconciliations.values()],
    versions: distinct(all.flatMap(({ versions }) => versions)),
    policies: distinct(all.flatMap(({ policies }) => policies)),
    notEvaluated: distinct(all.flatMap(({ notEvaluated }) => notEvaluated)),
    simulated: distinct(all.flatMap(({ simulated }) => simulated)),
    duration: all.reduce((sum, { duration }) => sum + duration, 0),
  };
}

/** Sums: a cluster may evaluate files and objects of a repository that another cluster does not read. */
function coverageOf(all: readonly Report[]): Pick<Report, "coverage"> {
  const parts = all.flatMap(({ coverage }) => coverage ?? []);
  if (parts.length === 0) return {};
  const sum = (of: keyof Coverage): Share => ({
    evaluated: parts.reduce((total, part) => total + part[of].evaluated, 0),
    all: parts.reduce((total, part) => total + part[of].all, 0),
  });
  return { coverage: { files: sum("files"), reconciliations: sum("reconciliations"), objects: sum("objects") } };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
