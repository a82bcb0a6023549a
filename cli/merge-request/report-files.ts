import { readFile } from "node:fs/promises";
import { UserError } from "@timonier/kit/user-error";
import { parsePreview, withInfrastructure } from "@timonier/report/infrastructure";
import type { Report } from "@timonier/report/model";
import { parseReport } from "@timonier/report/read-report";

/** Files of one merge: the rehearsal's report, and what `pulumi preview --json` printed. */
export interface ReportFiles {
  readonly report: string;
  /** undefined: the infrastructure was not previewed. */
  readonly preview?: string;
}

/** The report with both planes. @throws UserError for what cannot be read or is no report */
export async function readReportFiles({ report, preview }: ReportFiles): Promise<Report> {
  const rehearsed = parseReport(await read(report, "--report"), report);
  return preview === undefined
    ? rehearsed
    : withInfrastructure(rehearsed, parsePreview(await read(preview, "--preview")));
}

async function read(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(
      `${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      option,
      "name the file that the earlier job left among its artifacts",
    );
  }
}
