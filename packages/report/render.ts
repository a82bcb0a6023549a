import { renderCodeQuality } from "./code-quality.js";
import { isSecret } from "./digest.js";
import { renderHtml } from "./html/page.js";
import { renderJUnit } from "./junit.js";
import { renderMarkdown } from "./markdown/document.js";
import type { ObjectChange, Provenance, Report } from "./model.js";

/** Every form of a report. `codequality` and `junit` are those that GitLab reads. */
export const reportFormats = ["markdown", "json", "html", "codequality", "junit"] as const;

export type ReportFormat = (typeof reportFormats)[number];

/** What differs from a whole report. */
export interface RenderOptions {
  /**
   * Most characters of Markdown, at least 10,000. What does not fit is left out, the least important first, and is counted
   * where it is missing. The other formats are always whole. @default no limit
   */
  readonly limit?: number;
  /** Address of the whole page, named where something is left out. @default none */
  readonly link?: string;
  /** Where the manifest of an object is, for findings in an object whose cause is not known. @default nobody knows */
  readonly manifest?: (change: ObjectChange) => Provenance | undefined;
}

/** A report in one of its forms. Whatever comes from outside is inert in each of them. */
export function renderReport(report: Report, format: ReportFormat, options: RenderOptions = {}): string {
  const shown = withoutSecrets(report);
  switch (format) {
    case "markdown":
      return renderMarkdown(shown, options);
    case "json":
      return `${JSON.stringify(shown, undefined, 2)}\n`;
    case "html":
      return renderHtml(shown);
    case "codequality":
      return renderCodeQuality(shown, options.manifest);
    case "junit":
      return renderJUnit(shown);
  }
}

/** Whoever made the report left values of Secrets out of it; should one have slipped in, it ends here. */
function withoutSecrets(report: Report): Report {
  if (!report.changes.some((change) => isSecret(change) && change.diff !== "")) return report;
  return { ...report, changes: report.changes.map((change) => (isSecret(change) ? { ...change, diff: "" } : change)) };
}
