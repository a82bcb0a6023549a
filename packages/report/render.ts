import { renderCodeQuality } from "./code-quality.js";
import { isSecret } from "./digest.js";
import { renderHtml } from "./html/page.js";
import { renderJUnit } from "./junit.js";
import { renderMarkdown } from "./markdown/document.js";
import type { ObjectChange, Provenance, Report } from "./model.js";

/** Formats of a report. GitLab reads `codequality` and `junit`. */
export const reportFormats = ["markdown", "json", "html", "codequality", "junit"] as const;

export type ReportFormat = (typeof reportFormats)[number];

/** Options of {@link renderReport}. */
export interface RenderOptions {
  /**
   * Most characters of Markdown, at least 10,000. Entries that do not fit are omitted, the least
   * important first, and counted. The other formats are never shortened. @default no limit
   */
  readonly limit?: number;
  /** URL of the full report, for a note that is shortened. @default none */
  readonly link?: string;
  /** Place of an object's manifest, for an object without provenance. @default not known */
  readonly manifest?: (change: ObjectChange) => Provenance | undefined;
}

/** A report in one of its formats. External text is never interpreted as markup in any of them. */
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

/** A report contains no values of Secrets. This is a second barrier for a report that was made by another program. */
function withoutSecrets(report: Report): Report {
  if (!report.changes.some((change) => isSecret(change) && change.diff !== "")) return report;
  return { ...report, changes: report.changes.map((change) => (isSecret(change) ? { ...change, diff: "" } : change)) };
}
