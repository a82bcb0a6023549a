import { type ReportFormat, renderReport } from "@timonier/report/render";
import { exitCodes } from "../exit-codes.js";
import { type ReportFiles, readReportFiles } from "../merge-request/report-files.js";

/** `timonier report`: both planes of a merge in one of the forms. */
export async function report({ format, ...files }: ReportFiles & { format: ReportFormat }): Promise<number> {
  process.stdout.write(renderReport(await readReportFiles(files), format));
  return exitCodes.done;
}
