import type { Action, InfrastructureStep, ObjectChange, Reconciliation, Report, Share, Verdict } from "./model.js";
import { count } from "./text.js";

/** Whether a change loses data, deletes or recreates an object, or is rejected: every format shows these first. */
export function isGrave({ action, dataLoss }: ObjectChange): boolean {
  return dataLoss || !["created", "updated"].includes(action);
}

/** Grave changes: data loss first, then rejections, then deletions. Within one action the order of the report. */
export function graveChanges({ changes }: Report): readonly ObjectChange[] {
  const order: readonly Action[] = ["rejected", "deleted", "pruned", "recreated", "created", "updated"];
  const rank = ({ action, dataLoss }: ObjectChange) => (dataLoss ? -1 : order.indexOf(action));
  return changes.filter(isGrave).sort((a, b) => rank(a) - rank(b));
}

/** Changes that create or update objects without losing anything. */
export function harmlessChanges({ changes }: Report): readonly ObjectChange[] {
  return changes.filter((change) => !isGrave(change));
}

/** Whether a reconciliation exists after the merge, was evaluated and is not Ready. */
export function isUnready({ ready, notEvaluated }: Reconciliation): boolean {
  return !notEvaluated && (ready === "False" || ready === "Unknown");
}

/** From this many on, reconciliations that are Ready before and after are counted instead of listed. */
const MANY = 10;

/**
 * Reconciliations that are listed: all when there are few, else those that are not Ready, change or
 * were not evaluated.
 */
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

/** Whether a step of `pulumi up` deletes or replaces a resource. */
export function isGraveStep({ operation }: InfrastructureStep): boolean {
  return operation === "delete" || operation === "replace";
}

/** The verdict as a word and a sign, readable without colours. */
export const verdictWords: Readonly<Record<Verdict, { readonly sign: string; readonly word: string }>> = {
  safe: { sign: "✅", word: "Safe" },
  unknown: { sign: "❓", word: "Unknown" },
  destructive: { sign: "⚠️", word: "Destructive" },
  rejected: { sign: "⛔", word: "Rejected" },
  unable: { sign: "❔", word: "No answer" },
};

/** The reasons of the verdict in one sentence. */
export function reasons(report: Report): string {
  const { flux } = report;
  const other = flux ? `; rehearsed with Flux ${flux.rehearsed}, the cluster has ${flux.cluster}` : "";
  return reasonsOfVerdict(report) + other;
}

function reasonsOfVerdict(report: Report): string {
  const { changes, reconciliations, infrastructure } = report;
  if (report.verdict === "unable" && !report.coverage) return "the rehearsal could not run";
  const steps = orderedSteps(report);
  const parts = [
    some(changes.filter(({ dataLoss }) => dataLoss).length, "object", "with data that no manifest restores"),
    ...(["rejected", "deleted", "pruned", "recreated"] as const).map((action) =>
      some(changes.filter((change) => change.action === action).length, "object", action),
    ),
    some(reconciliations.filter(isUnready).length, "reconciliation", "not Ready after the merge"),
    some(report.policies.filter(({ level }) => level === "fatal").length, "policy", "violated"),
    some(steps.filter(({ operation }) => operation === "delete").length, "resource", "deleted by pulumi up"),
    some(steps.filter(({ operation }) => operation === "replace").length, "resource", "replaced by pulumi up"),
    infrastructure?.diagnostics.some(({ level }) => level === "error") ? "the preview of pulumi up fails" : "",
    report.verdict === "unable" ? "not everything reconciled in time" : "",
  ].filter((part) => part !== "");
  const gaps = unknownParts(report);
  if (report.verdict === "safe") {
    const scope = isWhole(report) ? "everything is applied" : "everything that the merge can affect is applied";
    return [`${scope} and nothing is lost`, ...parts].join("; ") + evaluatedParts(report);
  }
  if (report.verdict === "unknown") return `${[gaps, ...parts].join(", ")}${evaluatedParts(report)}`;
  return [...parts, ...(gaps === "" ? [] : [gaps])].join(", ") || "see below";
}

/** `3 of 5 changed files could not be evaluated`; empty when everything that the merge can affect was evaluated. */
function unknownParts({ coverage, notEvaluated }: Report): string {
  const affected = notEvaluated.filter((one) => one.affected).length;
  if (affected === 0) return "";
  const { evaluated, all } = coverage?.files ?? { evaluated: 0, all: 0 };
  return evaluated < all
    ? `${all - evaluated} of ${count(all, "changed file")} could not be evaluated`
    : `${count(affected, "entry")} that the merge can affect could not be evaluated`;
}

function isWhole({ coverage }: Report): boolean {
  return !coverage || coverage.reconciliations.evaluated === coverage.reconciliations.all;
}

/** ` (evaluated: 17 of 30 reconciliations, 183 of 261 objects)`; empty when everything was evaluated. */
function evaluatedParts(report: Report): string {
  const { coverage } = report;
  if (!coverage || (isWhole(report) && report.verdict === "safe")) return "";
  const { reconciliations, objects } = coverage;
  const share = ({ evaluated, all }: Share, noun: string) => `${evaluated} of ${count(all, noun)}`;
  return ` (evaluated: ${share(reconciliations, "reconciliation")}, ${share(objects, "object")})`;
}

function some(number: number, noun: string, what: string): string {
  return number === 0 ? "" : `${count(number, noun)} ${what}`;
}

/** Counts of the cluster and of the infrastructure: `9 objects: 2 created, 7 updated`. */
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
    `${ready} of ${count(there.length, "reconciliation")} Ready after the merge${passed > 0 ? `, ${passed} not evaluated` : ""}`,
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

/** How many lines a unified diff adds and removes. */
export function diffSize(diff: string): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const line of diff.split("\n")) {
    if (line.startsWith("+") && !line.startsWith("+++ ")) added++;
    if (line.startsWith("-") && !line.startsWith("--- ")) removed++;
  }
  return { added, removed };
}

/** Whether the values of an object must never be shown. */
export function isSecret({ ref }: ObjectChange): boolean {
  return ref.kind === "Secret" && ref.apiVersion === "v1";
}
