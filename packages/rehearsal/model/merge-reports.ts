import { joinReports } from "@timonier/report/join";
import type { Report } from "@timonier/report/model";

/**
 * One report of several clusters' ones. With more than one, each part says which cluster it is of; an only one is as it is.
 *
 * @param reports by the cluster's folder, at least one
 */
export function mergeReports(reports: ReadonlyArray<readonly [string, Report]>, duration: number): Report {
  const told = reports.length === 1 ? reports.map(([, report]) => report) : reports.map(labelled);
  return { ...joinReports(told as [Report, ...Report[]]), duration };
}

function labelled([cluster, report]: readonly [string, Report]): Report {
  return {
    ...report,
    ...(report.error && { error: { ...report.error, where: `${cluster}: ${report.error.where}` } }),
    changes: report.changes.map((change) => ({ ...change, cluster })),
    reconciliations: report.reconciliations.map((one) => ({ ...one, cluster })),
    notEvaluated: [
      // The one fault of a report is the first one's.
      ...(report.error ? [{ subject: cluster, reason: `it could not be rehearsed: ${report.error.what}` }] : []),
      ...report.notEvaluated.map((one) => ({ ...one, subject: `${cluster}: ${one.subject}` })),
    ],
  };
}
