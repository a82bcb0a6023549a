import { readFile } from "node:fs/promises";
import { UserError } from "../core/user-error.js";
import { parsePreview, withInfrastructure } from "../delivery/report/infrastructure.js";
import type { Report } from "../delivery/report/model.js";
import { parseReport } from "../delivery/report/read.js";

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
