import { counts, reasons, verdictWords } from "../digest.js";
import type { Report, Revision } from "../model.js";
import { changeSections, diffSection } from "./changes.js";
import { assemble, type Section } from "./cut.js";
import { address, code } from "./inert.js";
import { promotionSection } from "./promotion.js";
import {
  infrastructureSection,
  notEvaluatedSection,
  policySection,
  reconciliationSection,
  simulatedSection,
  versionSection,
} from "./sections.js";

/** Most characters of one external text in a note that has a limit. */
const clipped = 300;

/** The note for GitLab. @see https://docs.gitlab.com/user/markdown/ */
export function renderMarkdown(report: Report, { limit, link }: { limit?: number; link?: string }): string {
  const longest = limit === undefined ? Number.POSITIVE_INFINITY : clipped;
  const page = address(link);
  const there = page ? `[on this page](${page})` : "among the job's artifacts";
  const sections = [
    headSection(report, page, longest),
    promotionSection(report, longest),
    ...changeSections(report, longest),
    infrastructureSection(report, longest),
    reconciliationSection(report, longest),
    versionSection(report, longest),
    policySection(report, longest),
    notEvaluatedSection(report, longest),
    simulatedSection(report, longest),
    diffSection(report, longest),
  ].filter((section) => section !== undefined);
  return assemble(
    sections,
    limit ?? Number.POSITIVE_INFINITY,
    `**This note is truncated. The full report is ${there}.**`,
  );
}

function headSection(report: Report, page: string | undefined, longest: number): Section {
  const { sign, word } = verdictWords[report.verdict];
  const seconds = (report.duration / 1000).toFixed(1);
  const lines = [
    `### ${sign} ${word}: ${reasons(report)}`,
    `${revision(report.base, longest)} → ${revision(report.head, longest)}, rehearsed in ${seconds} s${page ? ` · [full report](${page})` : ""}`,
    ...(report.verdict === "unable"
      ? []
      : [
          counts(report)
            .map((line) => `- ${line}`)
            .join("\n"),
        ]),
  ];
  const { error } = report;
  const details = error
    ? [`- ${code(error.what, longest)}`, `- where: ${code(error.where, longest)}`, `- fix: ${code(error.fix, longest)}`]
    : [];
  const head = lines.join("\n\n") + (details.length > 0 ? "\n\n" : "");
  return { noun: "lines", importance: 0, head, entries: details, gap: "\n", holes: false };
}

function revision({ ref, sha }: Revision, longest: number): string {
  return sha === undefined || sha === ref
    ? code(ref, Math.min(longest, 100))
    : `${code(ref, Math.min(longest, 100))} (${code(sha, Math.min(longest, 100))})`;
}
