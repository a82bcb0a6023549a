import { table } from "../../cli/text-table.js";
import type { Case, Fate, Ready } from "./cases.js";
import type { Outcome, Verdict } from "./happened.js";

/** How a prediction or a label differs from what happened. */
export interface Differences {
  /** Failures and losses that happened and were not foretold. */
  readonly missed: readonly string[];
  /** Failures and losses that were foretold and did not happen. */
  readonly alarms: readonly string[];
  /** Whatever else is not the same: an object changed that was to stay, or the other way round. */
  readonly others: readonly string[];
}

const losses: ReadonlySet<Fate | undefined> = new Set(["recreated", "pruned", "deleted"]);

/** A label as an outcome: Kustomizations and releases that it does not name are Ready. */
export function labelled({ label }: Case, happened: Outcome): Outcome {
  const named = Object.keys(label.ready);
  const others = Object.keys(happened.ready).filter((key) => !named.includes(key));
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
 * Compares what was foretold with what happened. Pure.
 *
 * @param unknown the only honest verdict is `unknown`: whatever happens, any other one is missed @default false
 */
export function compare(foretold: Outcome, happened: Outcome, unknown = false): Differences {
  const missed: string[] = [];
  const alarms: string[] = [];
  const others: string[] = [];
  const file = (subject: string, said: string | undefined, was: string | undefined, weight: Weight) => {
    const text = `${subject}: foretold ${said ?? "as before"}, happened ${was ?? "as before"}`;
    ({ missed, alarms, others })[weight].push(text);
  };
  if (unknown) {
    if (foretold.verdict === "unknown") return { missed: [], alarms: [], others: [] };
    return { missed: [`verdict: foretold ${foretold.verdict}, and it cannot be known`], alarms: [], others: [] };
  }
  if (foretold.verdict !== happened.verdict) {
    const worse = severity[happened.verdict] > severity[foretold.verdict] || foretold.verdict === "unable";
    file("verdict", foretold.verdict, happened.verdict, worse ? "missed" : "alarms");
  }
  for (const key of keysOf(foretold.ready, happened.ready)) {
    const [said, was] = [foretold.ready[key], happened.ready[key]];
    if (foretold.open?.includes(key)) continue;
    if (said !== was) file(key, said, was, was === "False" ? "missed" : said === "False" ? "alarms" : "others");
  }
  for (const key of keysOf(foretold.objects, happened.objects)) {
    const [said, was] = [foretold.objects[key], happened.objects[key]];
    if (said === "rejected" && was !== "rejected" && rejects(foretold.rejecters[key], happened)) {
      // Not applied with the rest of its tree; or applied, and it is what its Kustomization waits for in vain.
      if (was !== undefined) file(key, said, was, "others");
    } else if (said !== was) file(key, said, was, weightOf(said, was));
  }
  for (const key of new Set([...foretold.dataLoss, ...happened.dataLoss])) {
    const [said, was] = [foretold.dataLoss.includes(key), happened.dataLoss.includes(key)];
    if (said !== was) file(`data of ${key}`, said ? "lost" : "kept", was ? "lost" : "kept", was ? "missed" : "alarms");
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

function rejects(owner: string | undefined, happened: Outcome): boolean {
  return owner !== undefined && happened.ready[owner] === "False";
}

/** pruned instead of deleted is a loss foretold all the same. */
function weightOf(said: Fate | undefined, was: Fate | undefined): Weight {
  if (losses.has(was) && !losses.has(said)) return "missed";
  if (was === "rejected") return "missed";
  if (losses.has(said) && !losses.has(was)) return "alarms";
  return said === "rejected" ? "alarms" : "others";
}

function keysOf(...records: readonly object[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
}

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly label: Outcome;
  readonly predicted: Outcome;
  readonly happened: Outcome;
  /** The prediction has to be that it cannot be known. */
  readonly unknown: boolean;
}

/** Case, label, prediction and what happened, one a line; what differs below it. */
export function corpusTable(rows: readonly Row[]): string {
  const lines = table(
    ["CASE", "LABEL", "PREDICTED", "HAPPENED"],
    rows.map(({ name, label, predicted, happened }) => [name, label.verdict, brief(predicted), brief(happened)]),
  );
  const notes = rows.flatMap(({ name, predicted, happened, unknown }) => {
    const { missed, alarms, others } = compare(predicted, happened, unknown);
    return [
      ...missed.map((text) => `${name}: MISSED ${text}`),
      ...alarms.map((text) => `${name}: FALSE ALARM ${text}`),
      ...others.map((text) => `${name}: otherwise than predicted: ${text}`),
      ...(predicted.verdict === "unable" ? predicted.messages : []),
    ];
  });
  const count = (of: (row: Row) => boolean) => rows.filter(of).length;
  const bad = count(({ happened }) => happened.verdict !== "safe");
  const missed = count((row) => compare(row.predicted, row.happened, row.unknown).missed.length > 0);
  const alarms = count((row) => compare(row.predicted, row.happened, row.unknown).alarms.length > 0);
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
