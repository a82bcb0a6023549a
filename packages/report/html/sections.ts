import { refName } from "@timonier/kit/kube-discovery";
import { isGraveStep, isUnready, orderedSteps } from "../digest.js";
import { groupedGaps } from "../gaps.js";
import type { Reconciliation, Report, VersionChange } from "../model.js";
import { type Content, html, type Markup } from "./markup.js";

/** Steps of `pulumi up`, deletions and replacements first. */
export function infrastructureSection(report: Report): Content {
  const plan = report.infrastructure;
  if (!plan) return undefined;
  const diagnostics = [...plan.diagnostics].sort((a, b) => a.level.localeCompare(b.level));
  const steps = orderedSteps(report).map(
    (step) => html`<tr><td class="fixed">${
      isGraveStep(step) ? html`<span class="word warn">${step.operation}</span>` : step.operation
    }</td><th scope="row"><code>${step.name}</code></th><td><code>${step.type}</code></td><td><code>${step.properties.join(", ")}</code></td></tr>
`,
  );
  return html`<section>
<h2>Infrastructure: <code>pulumi up</code> of <code>${plan.stack}</code></h2>
${steps.length + diagnostics.length === 0 ? html`<p>No changes.</p>` : undefined}
${
  diagnostics.length === 0
    ? undefined
    : html`<ul>${diagnostics.map(
        ({ level, message }) =>
          html`<li><span class="word ${level === "error" ? "bad" : "warn"}">${level}</span> <span class="message">${message}</span></li>
`,
      )}</ul>`
}
${steps.length === 0 ? undefined : table(["operation", "resource", "type", "properties"], steps)}
</section>
`;
}

/** Kustomizations and HelmReleases, in the order of their dependencies. */
export function reconciliationSection({ reconciliations }: Report): Content {
  if (reconciliations.length === 0) return undefined;
  const rows = reconciliations.map(
    (one) => html`<tr><th scope="row"><code>${refName(one.ref)}</code>${
      one.dependsOn.length === 0 ? undefined : html`<span class="message">after ${one.dependsOn.join(", ")}</span>`
    }</th><td class="fixed">${one.readyBefore ?? "absent"}</td><td class="fixed">${afterwards(one)}</td><td>${
      one.reason
    }${one.message === undefined ? undefined : html`<span class="message">${one.message}</span>`}</td></tr>
`,
  );
  return html`<section>
<h2>Reconciliations, in order</h2>
${table(["object", "Ready before", "Ready after", "message"], rows)}
</section>
`;
}

function afterwards(one: Reconciliation): Markup {
  if (one.ready === undefined) return html`<span class="soft">absent</span>`;
  if (one.notEvaluated) return html`<span class="soft">not evaluated</span>`;
  return html`<span class="word ${isUnready(one) ? "bad" : "good"}">${one.ready}</span>`;
}

/** Images and charts whose version changes. */
export function versionSection({ versions }: Report): Content {
  if (versions.length === 0) return undefined;
  return html`<section>
<h2>Images and charts</h2>
${table(["image or chart", "from", "to", "used by"], versions.map(versionRow))}
</section>
`;
}

function versionRow({ kind, name, from, to, usedBy }: VersionChange): Markup {
  const version = (text: string | undefined) =>
    text === undefined ? html`<span class="soft">none</span>` : html`<code>${text}</code>`;
  return html`<tr><th scope="row">${kind} <code>${name}</code></th><td>${version(from)}</td><td>${version(to)}</td><td>${usedBy.map(
    (ref) => html`<code>${refName(ref)}</code> `,
  )}</td></tr>
`;
}

/** Policies that are violated, fatal ones first. */
export function policySection({ policies }: Report): Content {
  if (policies.length === 0) return undefined;
  const fatalFirst = [...policies].sort((a, b) => a.level.localeCompare(b.level));
  const rows = fatalFirst.map(
    ({ policy, ref, level, message }) => html`<tr><td class="fixed"><span class="word ${
      level === "fatal" ? "bad" : "warn"
    }">${level}</span></td><th scope="row"><code>${policy}</code></th><td><code>${refName(ref)}</code><span class="message">${message}</span></td></tr>
`,
  );
  return html`<section>
<h2>Policies</h2>
${table(["level", "policy", "object"], rows)}
</section>
`;
}

/** What was not evaluated, affected entries first. */
export function notEvaluatedSection({ notEvaluated }: Report): Content {
  if (notEvaluated.length === 0) return undefined;
  const rows = groupedGaps(notEvaluated).map(
    ({ subjects, reason, affected, option }) => html`<tr><th scope="row">${subjects.map(
      (subject) => html`<code>${subject}</code> `,
    )}</th><td>${affected ? html`<span class="word warn">affected</span> ` : undefined}<span class="message">${reason}</span>${
      option === undefined ? undefined : html` <code>${option}</code>`
    }</td></tr>
`,
  );
  return html`<section>
<h2>Not evaluated</h2>
${table(["subject", "reason"], rows)}
</section>
`;
}

/** What the rehearsal simulated. */
export function simulatedSection({ simulated }: Report): Content {
  if (simulated.length === 0) return undefined;
  return html`<section>
<h2>Simulated</h2>
<ul>${simulated.map((sentence) => html`<li>${sentence}</li>`)}</ul>
</section>
`;
}

function table(columns: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table></div>`;
}
