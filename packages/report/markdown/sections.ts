import { refName } from "@timonier/kit/kube-discovery";
import { isGraveStep, notableReconciliations, orderedSteps } from "../digest.js";
import { groupedGaps, NAMED } from "../gaps.js";
import type { Reconciliation, Report } from "../model.js";
import type { Section } from "./cut.js";
import { code, words } from "./inert.js";

/** Steps of `pulumi up`, deletions and replacements first. @returns undefined when there was no preview */
export function infrastructureSection(report: Report, longest: number): Section | undefined {
  const plan = report.infrastructure;
  if (!plan) return undefined;
  const errors = [...plan.diagnostics].sort((a, b) => a.level.localeCompare(b.level));
  const entries = [
    ...errors.map(({ level, message }) => `- ${level === "error" ? "**error**" : level}: ${code(message, longest)}`),
    ...orderedSteps(report).map((step) => {
      const operation = isGraveStep(step) ? `**${step.operation}**` : step.operation;
      const properties = step.properties.length === 0 ? "" : `: ${code(step.properties.join(", "), longest)}`;
      return `- ${operation} ${code(step.name, longest)} (${code(step.type, longest)})${properties}`;
    }),
  ];
  const nothing = entries.length === 0 ? "No changes." : "";
  const head = `#### Infrastructure: \`pulumi up\` of ${code(plan.stack, Math.min(longest, 100))}\n\n${nothing}`;
  return { noun: "lines", importance: 2, head, entries, gap: "\n", holes: false };
}

/** Kustomizations and HelmReleases, in the order of their dependencies. */
export function reconciliationSection(report: Report, longest: number): Section | undefined {
  if (report.reconciliations.length === 0) return undefined;
  const reconciliations = notableReconciliations(report);
  const rest = report.reconciliations.length - reconciliations.length;
  const others = `${rest} ${reconciliations.length === 0 ? "" : "other "}${rest === 1 ? "is" : "are"} Ready before and after.\n\n`;
  if (reconciliations.length === 0)
    return {
      noun: "lines",
      importance: 3,
      head: `#### Reconciliations\n\n${others.trim()}`,
      entries: [],
      gap: "\n",
      holes: false,
    };
  return {
    noun: "reconciliations",
    importance: 3,
    head: `#### Reconciliations, in order\n\n${rest > 0 ? others : ""}| | Ready before | Ready after | message |\n|---|---|---|---|\n`,
    entries: reconciliations.map((one) => {
      const words = [one.reason, one.message].filter((part) => part !== undefined).join(": ");
      const after =
        one.dependsOn.length === 0 ? "" : ` after ${one.dependsOn.map((name) => code(name, longest)).join(", ")}`;
      const cells = [`${code(refName(one.ref), longest)}${after}`, before(one), afterwards(one)];
      return `| ${cells.join(" | ")} | ${words === "" ? "" : code(words, longest)} |`;
    }),
    gap: "\n",
    holes: false,
  };
}

function before({ readyBefore }: Reconciliation): string {
  return readyBefore ?? "absent";
}

function afterwards({ ready, notEvaluated }: Reconciliation): string {
  if (ready === undefined) return "absent";
  if (notEvaluated) return "not evaluated";
  return ready === "True" ? "True" : `**${ready}**`;
}

/** Images and charts whose version changes. */
export function versionSection({ versions }: Report, longest: number): Section | undefined {
  if (versions.length === 0) return undefined;
  return {
    noun: "images and charts",
    importance: 6,
    head: "#### Images and charts\n\n| | from | to | used by |\n|---|---|---|---|\n",
    entries: versions.map(({ kind, name, from, to, usedBy }) => {
      const users = usedBy.map((ref) => code(refName(ref), longest));
      const shown = longest === Number.POSITIVE_INFINITY ? users : users.slice(0, 5);
      const more = users.length > shown.length ? ` and ${users.length - shown.length} more` : "";
      const cells = [
        `${kind} ${code(name, longest)}`,
        version(from, longest),
        version(to, longest),
        shown.join(", ") + more,
      ];
      return `| ${cells.join(" | ")} |`;
    }),
    gap: "\n",
    holes: false,
  };
}

function version(text: string | undefined, longest: number): string {
  return text === undefined ? "none" : code(text, longest);
}

/** Policies that are violated, fatal ones first. */
export function policySection({ policies }: Report, longest: number): Section | undefined {
  const fatalFirst = [...policies].sort((a, b) => a.level.localeCompare(b.level));
  return list({ title: "Policies", noun: "results", importance: 4 }, fatalFirst, ({ policy, ref, level, message }) => {
    const weight = level === "fatal" ? "**fatal**" : level;
    return `- ${weight} ${code(policy, longest)}: ${code(refName(ref), longest)}: ${code(message, longest)}`;
  });
}

/** What was not evaluated, affected entries first. Entries with the same reason and option share a line. */
export function notEvaluatedSection({ notEvaluated }: Report, longest: number): Section | undefined {
  return list(
    { title: "Not evaluated", noun: "entries", importance: 2 },
    groupedGaps(notEvaluated),
    ({ subjects, reason, affected, option }) => {
      const names = subjects.slice(0, NAMED).map((subject) => code(subject, longest));
      const more = subjects.length > NAMED ? ` and ${subjects.length - NAMED} more` : "";
      const hint = option === undefined ? "" : ` — ${code(option, longest)}`;
      return `- ${affected ? "**affected**: " : ""}${names.join(", ")}${more}: ${code(reason, longest)}${hint}`;
    },
  );
}

/** What the rehearsal simulated. */
export function simulatedSection({ simulated }: Report, longest: number): Section | undefined {
  return list(
    { title: "Simulated", noun: "entries", importance: 8 },
    simulated,
    (sentence) => `- ${words(sentence, longest)}`,
  );
}

function list<T>(
  { title, noun, importance }: { readonly title: string } & Pick<Section, "noun" | "importance">,
  all: readonly T[],
  line: (one: T) => string,
): Section | undefined {
  if (all.length === 0) return undefined;
  return { noun, importance, head: `#### ${title}\n\n`, entries: all.map(line), gap: "\n", holes: false };
}
