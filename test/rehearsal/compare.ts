import { table } from "../../cli/text-table.js";
import type { Case, Fate, Ready } from "./cases.js";
import type { Outcome, Verdict } from "./happened.js";

/** How a prediction or a label differs from what happened. */
export interface Differences {
  /** Failures and losses that happened and were not predicted. */
  readonly missed: readonly string[];
  /** Failures and losses that were predicted and did not happen. */
  readonly alarms: readonly string[];
  /** All other differences: for example an object was updated that was predicted to stay. */
  readonly others: readonly string[];
}

const losses: ReadonlySet<Fate | undefined> = new Set(["recreated", "pruned", "deleted"]);

/** A label as an outcome: Kustomizations and releases that it does not name are Ready. */
export function labelled({ label }: Case, actual: Outcome): Outcome {
  const named = Object.keys(label.ready);
  const others = Object.keys(actual.ready).filter((key) => !named.includes(key));
  return {
    verdict: label.verdict,
    objects: label.objects,
    rejecters: {},
    ready: { ...Object.fromEntries(others.map((key) => [key, "True" as Ready])), ...label.ready },
    dataLoss: label.dataLoss,
    messages: [],
  };
}

/**
 * Compares what was predicted with what happened. Pure.
 *
 * @param unknown the verdict has to be `unknown`: any other one counts as missed
 *   @default false
 */
export function compare(predicted: Outcome, actual: Outcome, unknown = false): Differences {
  const missed: string[] = [];
  const alarms: string[] = [];
  const others: string[] = [];
  const file = (
    subject: string,
    predictedValue: string | undefined,
    actualValue: string | undefined,
    weight: Weight,
  ) => {
    const text = `${subject}: predicted ${predictedValue ?? "as before"}, happened ${actualValue ?? "as before"}`;
    ({ missed, alarms, others })[weight].push(text);
  };
  if (unknown) {
    if (predicted.verdict === "unknown") return { missed: [], alarms: [], others: [] };
    return { missed: [`verdict: predicted ${predicted.verdict}, and it cannot be known`], alarms: [], others: [] };
  }
  if (predicted.verdict !== actual.verdict) {
    const worse = severity[actual.verdict] > severity[predicted.verdict] || predicted.verdict === "unable";
    file("verdict", predicted.verdict, actual.verdict, worse ? "missed" : "alarms");
  }
  for (const key of keysOf(predicted.ready, actual.ready)) {
    const [predictedValue, actualValue] = [predicted.ready[key], actual.ready[key]];
    if (predicted.open?.includes(key)) continue;
    if (predictedValue !== actualValue)
      file(
        key,
        predictedValue,
        actualValue,
        actualValue === "False" ? "missed" : predictedValue === "False" ? "alarms" : "others",
      );
  }
  for (const key of keysOf(predicted.objects, actual.objects)) {
    const [predictedValue, actualValue] = [predicted.objects[key], actual.objects[key]];
    if (predictedValue === "rejected" && actualValue !== "rejected" && rejects(predicted.rejecters[key], actual)) {
      // Not applied with the rest of its tree; or applied, and it is what its Kustomization waits
      // for in vain.
      if (actualValue !== undefined) file(key, predictedValue, actualValue, "others");
    } else if (predictedValue !== actualValue)
      file(key, predictedValue, actualValue, weightOf(predictedValue, actualValue));
  }
  for (const key of new Set([...predicted.dataLoss, ...actual.dataLoss])) {
    const [predictedValue, actualValue] = [predicted.dataLoss.includes(key), actual.dataLoss.includes(key)];
    if (predictedValue !== actualValue)
      file(
        `data of ${key}`,
        predictedValue ? "lost" : "kept",
        actualValue ? "lost" : "kept",
        actualValue ? "missed" : "alarms",
      );
  }
  return { missed, alarms, others };
}

type Weight = keyof Differences;

const severity: Readonly<Record<Verdict, number>> = {
  safe: 0,
  unknown: 0,
  destructive: 1,
  rejected: 2,
  unable: 3,
};

function rejects(owner: string | undefined, actual: Outcome): boolean {
  return owner !== undefined && actual.ready[owner] === "False";
}

/** A predicted `pruned` also covers an actual `deleted`, and the reverse. */
function weightOf(predictedValue: Fate | undefined, actualValue: Fate | undefined): Weight {
  if (losses.has(actualValue) && !losses.has(predictedValue)) return "missed";
  if (actualValue === "rejected") return "missed";
  if (losses.has(predictedValue) && !losses.has(actualValue)) return "alarms";
  return predictedValue === "rejected" ? "alarms" : "others";
}

function keysOf(...records: readonly object[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
}

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly label: Outcome;
  readonly predicted: Outcome;
  readonly actual: Outcome;
  /** Whether the predicted verdict has to be `unknown`. */
  readonly unknown: boolean;
}

/** Table of case, label, prediction and actual outcome, with the differences below. */
export function corpusTable(rows: readonly Row[]): string {
  const lines = table(
    ["CASE", "LABEL", "PREDICTED", "HAPPENED"],
    rows.map(({ name, label, predicted, actual }) => [name, label.verdict, brief(predicted), brief(actual)]),
  );
  const notes = rows.flatMap(({ name, predicted, actual, unknown }) => {
    const { missed, alarms, others } = compare(predicted, actual, unknown);
    return [
      ...missed.map((text) => `${name}: MISSED ${text}`),
      ...alarms.map((text) => `${name}: FALSE ALARM ${text}`),
      ...others.map((text) => `${name}: otherwise than predicted: ${text}`),
      ...(predicted.verdict === "unable" ? predicted.messages : []),
    ];
  });
  const count = (of: (row: Row) => boolean) => rows.filter(of).length;
  const bad = count(({ actual }) => actual.verdict !== "safe");
  const missed = count((row) => compare(row.predicted, row.actual, row.unknown).missed.length > 0);
  const alarms = count((row) => compare(row.predicted, row.actual, row.unknown).alarms.length > 0);
  const sum = `${rows.length} cases, ${bad} of them failed or lost something: ${missed} missed, ${alarms} false alarms`;
  return [lines, ...notes, sum].join("\n");
}

/** `rejected: 1 created, 1 rejected, 1 not Ready` */
function brief({ verdict, objects, ready }: Outcome): string {
  const counts = new Map<string, number>();
  for (const fate of Object.values(objects)) counts.set(fate, (counts.get(fate) ?? 0) + 1);
  const notReady = Object.values(ready).filter((status) => status === "False").length;
  if (notReady > 0) counts.set("not Ready", notReady);
  const parts = [...counts].map(([what, count]) => `${count} ${what}`);
  return parts.length > 0 ? `${verdict}: ${parts.join(", ")}` : verdict;
}
