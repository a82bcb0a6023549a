import { refName } from "../../core/kube-discovery.js";
import type { Report, Revision, Verdict } from "./model.js";

/** The change that several rehearsals are of. */
export interface JoinedChange {
  /** @default the first report's */
  readonly base?: Revision;
  /** @default the first report's */
  readonly head?: Revision;
}

/** What holds of all of them is what holds of the worst. */
const byWeight: readonly Verdict[] = ["safe", "destructive", "rejected", "unable"];

/**
 * Several rehearsals of one change as one report: a change to apps/ becomes a merge request in each repository that it
 * touches.
 *
 * @param reports at least one
 * @param change commits of the change itself, where the reports are about what follows from it
 */
export function joinReports([first, ...others]: readonly [Report, ...Report[]], change: JoinedChange = {}): Report {
  const all = [first, ...others];
  const fault = all.find((one) => one.fault)?.fault;
  // A Kustomization is in each rehearsal of its cluster: what became of it where it was not as before counts.
  const reconciliations = new Map(first.reconciliations.map((one) => [refName(one.ref), one]));
  for (const one of others.flatMap((report) => report.reconciliations)) {
    const known = reconciliations.get(refName(one.ref));
    if (!known || (known.ready === known.readyBefore && known.ready === "True"))
      reconciliations.set(refName(one.ref), one);
  }
  return {
    ...first,
    ...change,
    verdict: byWeight[Math.max(...all.map(({ verdict }) => byWeight.indexOf(verdict)))] as Verdict,
    ...(fault && { fault }),
    changes: all.flatMap(({ changes }) => changes),
    reconciliations: [...reconciliations.values()],
    versions: all.flatMap(({ versions }) => versions),
    policies: all.flatMap(({ policies }) => policies),
    notEvaluated: distinct(all.flatMap(({ notEvaluated }) => notEvaluated)),
    simulated: distinct(all.flatMap(({ simulated }) => simulated)),
    duration: all.reduce((sum, { duration }) => sum + duration, 0),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
