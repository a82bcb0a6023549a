import { joinReports } from "@timonier/report/join";
import type { Report } from "@timonier/report/model";

/**
 * Merges the reports of several clusters, and labels each part with its cluster. A single report stays as it is.
 *
 * @param reports by the cluster's folder, at least one
 */
export function mergeReports(reports: ReadonlyArray<readonly [string, Report]>, duration: number): Report {
  const parts = reports.length === 1 ? reports.map(([, report]) => report) : reports.map(labelled);
  return { ...joinReports(parts as [Report, ...Report[]]), duration };
}

function labelled([cluster, report]: readonly [string, Report]): Report {
  return {
    ...report,
    ...(report.error && { error: { ...report.error, where: `${cluster}: ${report.error.where}` } }),
    changes: report.changes.map((change) => ({ ...change, cluster })),
    reconciliations: report.reconciliations.map((one) => ({ ...one, cluster })),
    notEvaluated: [
      // A report has one error, so the other ones become entries.
      ...(report.error ? [{ subject: cluster, reason: `it could not be rehearsed: ${report.error.what}` }] : []),
      ...report.notEvaluated.map((one) => ({ ...one, subject: `${cluster}: ${one.subject}` })),
    ],
  };
}
