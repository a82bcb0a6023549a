import type { Report, Verdict } from "../report/model.js";

const worst: readonly Verdict[] = ["unable", "rejected", "destructive", "safe"];

/**
 * One report of several clusters' ones. With more than one, each part says which cluster it is of; an only one is as it is.
 *
 * @param reports by the cluster's folder, at least one
 */
export function mergeReports(reports: ReadonlyArray<readonly [string, Report]>, duration: number): Report {
  const [, first] = reports[0] as readonly [string, Report];
  if (reports.length === 1) return { ...first, duration };
  const all = <T>(part: (report: Report, cluster: string) => readonly T[]) =>
    reports.flatMap(([cluster, report]) => part(report, cluster));
  return {
    ...first,
    verdict: worst.find((verdict) => reports.some(([, report]) => report.verdict === verdict)) ?? "safe",
    changes: all(({ changes }, cluster) => changes.map((change) => ({ ...change, cluster }))),
    reconciliations: all(({ reconciliations }, cluster) => reconciliations.map((one) => ({ ...one, cluster }))),
    versions: unique(all(({ versions }) => versions)),
    policies: unique(all(({ policies }) => policies)),
    notEvaluated: all(({ notEvaluated }, cluster) =>
      notEvaluated.map(({ subject, reason }) => ({ subject: `${cluster}: ${subject}`, reason })),
    ),
    simulated: unique(all(({ simulated }) => simulated)),
    duration,
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
