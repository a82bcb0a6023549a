import type { Action, InfrastructureStep, ObjectChange, Reconciliation, Report, Share, Verdict } from "./model.js";
import { count } from "./text.js";

/** What loses, deletes or does not happen: every format shows it first. */
export function isGrave({ action, dataLoss }: ObjectChange): boolean {
  return dataLoss || !["created", "updated"].includes(action);
}

/** Lost data before everything else, then what is refused, then what goes. Within one kind the report's order. */
export function graveChanges({ changes }: Report): readonly ObjectChange[] {
  const order: readonly Action[] = ["rejected", "deleted", "pruned", "recreated", "created", "updated"];
  const rank = ({ action, dataLoss }: ObjectChange) => (dataLoss ? -1 : order.indexOf(action));
  return changes.filter(isGrave).sort((a, b) => rank(a) - rank(b));
}

/** Changes that create or change something and destroy nothing. */
export function harmlessChanges({ changes }: Report): readonly ObjectChange[] {
  return changes.filter((change) => !isGrave(change));
}

/** Whether it is there afterwards and is not Ready, as far as that can be said. */
export function isUnready({ ready, notEvaluated }: Reconciliation): boolean {
  return !notEvaluated && (ready === "False" || ready === "Unknown");
}

/** From this many on, those that are Ready before and afterwards are counted and not listed. */
const MANY = 10;

/** What a reader has to see: what is not Ready, was not, was not there, goes, or was not evaluated; everything where there are few. */
export function notableReconciliations({ reconciliations }: Report): readonly Reconciliation[] {
  if (reconciliations.length < MANY) return reconciliations;
  return reconciliations.filter(
    ({ ready, readyBefore, notEvaluated }) => notEvaluated || ready !== "True" || readyBefore !== "True",
  );
}

const operations: readonly InfrastructureStep["operation"][] = [
  "delete",
  "replace",
  "create",
  "update",
  "import",
  "read",
  "refresh",
];

/** Steps of `pulumi up`, deletions and replacements first. */
export function orderedSteps({ infrastructure }: Report): readonly InfrastructureStep[] {
  const rank = ({ operation }: InfrastructureStep) => operations.indexOf(operation);
  return [...(infrastructure?.steps ?? [])].sort((a, b) => rank(a) - rank(b));
}

/** Whether `pulumi up` deletes something, if only to make it anew. */
export function isGraveStep({ operation }: InfrastructureStep): boolean {
  return operation === "delete" || operation === "replace";
}

/** The verdict as a word and a sign; no colour is needed to read it. */
export const verdictWords: Readonly<Record<Verdict, { readonly sign: string; readonly word: string }>> = {
  safe: { sign: "✅", word: "Safe" },
  unknown: { sign: "❓", word: "Unknown" },
  destructive: { sign: "⚠️", word: "Destructive" },
  rejected: { sign: "⛔", word: "Rejected" },
  unable: { sign: "❔", word: "No answer" },
};

/** The verdict's reasons, in one sentence. */
export function reasons(report: Report): string {
  const { flux } = report;
  const other = flux ? `; rehearsed with Flux ${flux.rehearsed}, the cluster has ${flux.cluster}` : "";
  return reasonsOfVerdict(report) + other;
}

function reasonsOfVerdict(report: Report): string {
  const { changes, reconciliations, infrastructure } = report;
  if (report.verdict === "unable" && !report.coverage) return "the rehearsal could not run";
  const steps = orderedSteps(report);
  const said = [
    some(changes.filter(({ dataLoss }) => dataLoss).length, "object", "with data that no manifest brings back"),
    ...(["rejected", "deleted", "pruned", "recreated"] as const).map((action) =>
      some(changes.filter((change) => change.action === action).length, "object", action),
    ),
    some(reconciliations.filter(isUnready).length, "reconciliation", "not Ready afterwards"),
    some(report.policies.filter(({ level }) => level === "fatal").length, "policy", "broken"),
    some(steps.filter(({ operation }) => operation === "delete").length, "resource", "deleted by pulumi up"),
    some(steps.filter(({ operation }) => operation === "replace").length, "resource", "replaced by pulumi up"),
    infrastructure?.diagnostics.some(({ level }) => level === "error") ? "the preview of pulumi up fails" : "",
    report.verdict === "unable" ? "not everything came to an end in time" : "",
  ].filter((part) => part !== "");
  const gaps = unknownParts(report);
  if (report.verdict === "safe") {
    const scope = isWhole(report) ? "everything is applied" : "everything that the merge can affect is applied";
    return [`${scope} and nothing is lost`, ...said].join("; ") + seenParts(report);
  }
  if (report.verdict === "unknown") return `${[gaps, ...said].join(", ")}${seenParts(report)}`;
  return [...said, ...(gaps === "" ? [] : [gaps])].join(", ") || "see below";
}

/** `3 of 5 changed files could not be evaluated`; empty where all of what the merge can affect was evaluated. */
function unknownParts({ coverage, notEvaluated }: Report): string {
  const affected = notEvaluated.filter((one) => one.affected).length;
  if (affected === 0) return "";
  const { evaluated, all } = coverage?.files ?? { evaluated: 0, all: 0 };
  return evaluated < all
    ? `${all - evaluated} of ${count(all, "changed file")} could not be evaluated`
    : `${count(affected, "thing")} that the merge can affect could not be evaluated`;
}

function isWhole({ coverage }: Report): boolean {
  return !coverage || coverage.reconciliations.evaluated === coverage.reconciliations.all;
}

/** ` (evaluated: 17 of 30 reconciliations, 183 of 261 objects)`; empty where everything was. */
function seenParts(report: Report): string {
  const { coverage } = report;
  if (!coverage || (isWhole(report) && report.verdict === "safe")) return "";
  const { reconciliations, objects } = coverage;
  const share = ({ evaluated, all }: Share, noun: string) => `${evaluated} of ${count(all, noun)}`;
  return ` (evaluated: ${share(reconciliations, "reconciliation")}, ${share(objects, "object")})`;
}

function some(number: number, noun: string, what: string): string {
  return number === 0 ? "" : `${count(number, noun)} ${what}`;
}

/** Counts of both planes: `9 objects: 2 created, 7 updated`. */
export function counts(report: Report): readonly string[] {
  const { changes, reconciliations, infrastructure } = report;
  const present = reconciliations.filter(({ ready }) => ready !== undefined);
  const there = present.filter(({ notEvaluated }) => !notEvaluated);
  const ready = there.filter((one) => one.ready === "True").length;
  const passed = present.length - there.length;
  return [
    tally("object", changes, ({ action }) => action, [
      "created",
      "updated",
      "recreated",
      "pruned",
      "deleted",
      "rejected",
    ]),
    `${ready} of ${count(there.length, "reconciliation")} Ready afterwards${passed > 0 ? `, ${passed} not evaluated` : ""}`,
    ...(infrastructure
      ? [`pulumi up: ${tally("resource", infrastructure.steps, ({ operation }) => operation, operations)}`]
      : []),
  ];
}

function tally<T, K extends string>(noun: string, all: readonly T[], keyOf: (one: T) => K, keys: readonly K[]): string {
  const parts = keys
    .map((key) => [key, all.filter((one) => keyOf(one) === key).length] as const)
    .filter(([, number]) => number > 0)
    .map(([key, number]) => `${number} ${key}`);
  const total = count(all.length, noun);
  return parts.length === 0 ? `${total} differ` : `${total}: ${parts.join(", ")}`;
}

/** Lines that a unified diff adds and takes away. */
export function diffSize(diff: string): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const line of diff.split("\n")) {
    if (line.startsWith("+") && !line.startsWith("+++ ")) added++;
    if (line.startsWith("-") && !line.startsWith("--- ")) removed++;
  }
  return { added, removed };
}

/** Whether an object's values are never shown, whatever somebody put into its diff. */
export function isSecret({ ref }: ObjectChange): boolean {
  return ref.kind === "Secret" && ref.apiVersion === "v1";
}
