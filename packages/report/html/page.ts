import { createHash } from "node:crypto";
import { counts, reasons, verdictWords } from "../digest.js";
import type { Report, Revision } from "../model.js";
import { changeSections, diffSection } from "./changes.js";
import { type Content, html, Markup } from "./markup.js";
import {
  infrastructureSection,
  notEvaluatedSection,
  policySection,
  reconciliationSection,
  simulatedSection,
  versionSection,
} from "./sections.js";
import { style } from "./style.js";

/**
 * The full report as one HTML page without scripts or external resources. Its
 * Content-Security-Policy allows its one style only.
 *
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
export function renderHtml(report: Report): string {
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const { sign, word } = verdictWords[report.verdict];
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${word}: ${plainRevision(report.head)} into ${plainRevision(report.base)}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<header class="${report.verdict}">
<h1><span aria-hidden="true">${sign}</span> ${word}</h1>
<p class="why">${reasons(report)}</p>
<p>${revision(report.base)} → ${revision(report.head)}<span class="soft">, rehearsed in ${(report.duration / 1000).toFixed(1)} s</span></p>
${report.verdict === "unable" ? undefined : html`<ul>${counts(report).map((line) => html`<li>${line}</li>`)}</ul>`}
${errorDetails(report)}
</header>
${sections(report)}
</main>
</body>
</html>
`.text;
}

function sections(report: Report): Content {
  return [
    changeSections(report),
    infrastructureSection(report),
    reconciliationSection(report),
    versionSection(report),
    policySection(report),
    notEvaluatedSection(report),
    simulatedSection(report),
    diffSection(report),
  ];
}

function errorDetails({ error }: Report): Content {
  if (!error) return undefined;
  return html`<p class="message bad">${error.what}</p>
<ul><li>where: <code>${error.where}</code></li><li>fix: ${error.fix}</li></ul>`;
}

function revision({ ref, sha }: Revision): Markup {
  if (sha === undefined || sha === ref) return html`<code>${ref}</code>`;
  return html`<code>${ref}</code> <span class="soft">(<code>${sha}</code>)</span>`;
}

function plainRevision({ ref, sha }: Revision): string {
  return sha === undefined || sha === ref ? ref : `${ref} (${sha.slice(0, 8)})`;
}
