import { readFile } from "node:fs/promises";
import { UserError } from "@timonier/kit/user-error";
import { parsePreview, withInfrastructure } from "@timonier/report/infrastructure";
import type { Report } from "@timonier/report/model";
import { parseReport } from "@timonier/report/read-report";

/** Files about one merge. */
export interface ReportFiles {
  /** Output of `timonier rehearse --format json`. */
  readonly report: string;
  /** Output of `pulumi preview --json`. @default the infrastructure was not previewed */
  readonly preview?: string;
}

/**
 * Reads the report on cluster and infrastructure.
 *
 * @throws UserError for a file that cannot be read or is not a report
 */
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
      "name the file among the artifacts of the earlier job",
      { code: "TIM-705" },
    );
  }
}
