import { type ReportFormat, renderReport } from "@timonier/report/render";
import { exitCodes } from "../exit-codes.js";
import { type ReportFiles, readReportFiles } from "../merge-request/report-files.js";

/** `timonier report`: prints the report on cluster and infrastructure in one of the formats. */
export async function report({ format, ...files }: ReportFiles & { format: ReportFormat }): Promise<number> {
  process.stdout.write(renderReport(await readReportFiles(files), format));
  return exitCodes.done;
}
