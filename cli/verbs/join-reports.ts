import { joinReports } from "../../delivery/report/join.js";
import type { Report } from "../../delivery/report/model.js";
import { exitCodes } from "../exit-codes.js";
import { readReportFiles } from "../report-files.js";

/** `timonier join-reports FILE…`: rehearsals of one change, one a repository, as one report on standard output. */
export async function joinReportFiles([first, ...others]: readonly string[]): Promise<number> {
  const reports: [Report, ...Report[]] = [await readReportFiles({ report: String(first) })];
  for (const report of others) reports.push(await readReportFiles({ report }));
  console.log(JSON.stringify(joinReports(reports), undefined, 2));
  return exitCodes.done;
}
