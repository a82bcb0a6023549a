import { refName } from "@timonier/kit/kube-discovery";
import { diffSize, graveChanges, harmlessChanges, isGrave, isSecret } from "../digest.js";
import type { ObjectChange, Report } from "../model.js";
import { type Content, escaped, html, Markup } from "./markup.js";

/** Changes that need attention first, then the others. */
export function changeSections(report: Report): Content {
  return [
    table("Deleted, recreated or rejected", graveChanges(report)),
    table("Created or updated", harmlessChanges(report)),
  ];
}

function table(title: string, changes: readonly ObjectChange[]): Content {
  if (changes.length === 0) return undefined;
  return html`<section>
<h2>${title}</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">action</th><th scope="col">object</th><th scope="col">applied by</th><th scope="col">provenance</th></tr></thead>
<tbody>
${changes.map(row)}</tbody>
</table></div>
</section>
`;
}

function row(change: ObjectChange): Markup {
  const { ref, owner, formerOwner, provenance, message } = change;
  return html`<tr><td class="fixed">${action(change)}</td><th scope="row"><code>${refName(ref)}</code>${
    isSecret(change) ? html` <span class="soft">(values hidden)</span>` : undefined
  }${message === undefined ? undefined : html`<span class="message">${message}</span>`}</th><td>${
    owner === undefined ? undefined : html`<code>${owner}</code>`
  }${formerOwner === undefined ? undefined : html` <span class="soft">formerly by <code>${formerOwner}</code></span>`}</td><td>${
    provenance ? html`<code>${provenance.file}:${provenance.line}</code>` : undefined
  }</td></tr>
`;
}

function action(change: ObjectChange): Markup {
  const word = change.dataLoss ? `${change.action}, data lost` : change.action;
  if (!isGrave(change)) return html`${word}`;
  const bad = change.dataLoss || change.action === "rejected";
  return html`<span class="word ${bad ? "bad" : "warn"}">${word}</span>`;
}

/** All diffs, folded. */
export function diffSection(report: Report): Content {
  const changes = [...graveChanges(report), ...harmlessChanges(report)].filter(({ diff }) => diff !== "");
  if (changes.length === 0) return undefined;
  return html`<section>
<h2>Diffs</h2>
${changes.map(folded)}</section>
`;
}

function folded(change: ObjectChange): Markup {
  const { added, removed } = diffSize(change.diff);
  return html`<details><summary>${change.action} <code>${refName(change.ref)}</code> <span class="good">+${added}</span> <span class="bad">−${removed}</span></summary>
<pre class="diff" tabindex="0"><code>${lines(change.diff)}</code></pre></details>
`;
}

/**
 * Each line is an element of its own, so that its colour fills the width. The line's sign has the
 * same meaning as its colour.
 *
 * The text is escaped as a whole, because a template for each line takes ten times as long for a
 * diff of many megabytes.
 */
function lines(diff: string): Markup {
  const text = `${escaped(diff.replace(/\r\n/g, "\n").replace(/\n$/, ""))}\n`;
  return new Markup(text.replace(/^.*\n/gm, (line) => `<span${kinds[line.charAt(0)] ?? ""}>${line}</span>`));
}

const kinds: Readonly<Record<string, string>> = { "+": ' class="add"', "-": ' class="del"', "@": ' class="hunk"' };
