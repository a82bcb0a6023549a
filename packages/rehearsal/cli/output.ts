import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Report, Verdict } from "@timonier/report/model";
import { type ReportFormat, renderReport, reportFormats } from "@timonier/report/render";
import type { RehearseOptions } from "./options.js";

/** Exit codes by verdict, for pipelines; docs/rehearsal.md lists them. */
export const verdictCodes: Readonly<Record<Verdict, number>> = {
  safe: 0,
  unable: 1,
  destructive: 2,
  rejected: 2,
  unknown: 4,
};

/** Writes a report to standard output, or in every format to the folder of `--out`. */
export function writeReport(
  report: Report,
  { format = process.stdout.isTTY ? "markdown" : "json", out }: Pick<RehearseOptions, "format" | "out">,
): void {
  if (out === undefined) {
    process.stdout.write(renderReport(report, format));
    return;
  }
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  for (const each of reportFormats) writeFileSync(join(folder, fileNames[each]), renderReport(report, each));
}

const fileNames: Readonly<Record<ReportFormat, string>> = {
  markdown: "report.md",
  json: "report.json",
  html: "report.html",
  codequality: "codequality.json",
  junit: "junit.xml",
};
