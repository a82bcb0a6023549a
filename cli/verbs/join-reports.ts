import { joinReports } from "../../delivery/report/join.js";
import type { Report } from "../../delivery/report/model.js";
import { exitCodes } from "../exit-codes.js";
import { readReportFiles } from "../report-files.js";

/** What `timonier join-reports` takes besides the files. */
export interface JoinOptions {
  /** Commit before the change. */
  readonly base?: string;
  /** Commit of the change. */
  readonly head?: string;
}

/** `timonier join-reports FILE…`: rehearsals of one change, one a repository, as one report on standard output. */
export async function joinReportFiles(
  [first, ...others]: readonly string[],
  { base, head }: JoinOptions,
): Promise<number> {
  const reports: [Report, ...Report[]] = [await readReportFiles({ report: String(first) })];
  for (const report of others) reports.push(await readReportFiles({ report }));
  const change = { ...(base && { base: { ref: base, sha: base } }), ...(head && { head: { ref: head, sha: head } }) };
  console.log(JSON.stringify(joinReports(reports, change), undefined, 2));
  return exitCodes.done;
}
