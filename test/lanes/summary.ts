import { table } from "../../cli/text-table.js";
import { elapsed } from "../../packages/kit/progress.js";
import type { Lane, LaneName } from "./lanes.js";
import type { LaneRecords } from "./records.js";
import type { Counts, LaneOutcome } from "./results.js";

const took = (seconds: number) => elapsed(0, seconds * 1000);

/** What will run, and how long that took last time. */
export function plan(lanes: readonly Lane[], unchanged: ReadonlySet<LaneName>, records: LaneRecords): string {
  const rows = lanes.map(({ name, covers }) => {
    const last = records[name];
    const then = last ? `${took(last.seconds)} on ${last.at.slice(0, 10)}` : "never run here";
    return [name, unchanged.has(name) ? "unchanged since it passed" : "runs", then, covers];
  });
  return table(["LANE", "NOW", "LAST TIME", "COVERS"], rows);
}

/** Lanes with their seconds and counts. */
export function outcomeTable(outcomes: readonly LaneOutcome[]): string {
  const rows = outcomes.map(({ name, seconds, counts }) =>
    counts
      ? [name, took(seconds), `${counts.passed}`, `${counts.failed}`, `${counts.skipped}`]
      : [name, "unchanged since it passed", "", "", ""],
  );
  return table(["LANE", "TIME", "PASSED", "FAILED", "SKIPPED"], rows);
}

/** Sum of what was run; a lane that was not run counts for nothing. */
export function total(outcomes: readonly LaneOutcome[]): Counts {
  const sum = (of: keyof Counts) => outcomes.reduce((all, { counts }) => all + (counts?.[of] ?? 0), 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** Every failed test by lane, so that the end of a log names it. Empty when nothing failed. */
export function failureList(outcomes: readonly LaneOutcome[]): string {
  return outcomes
    .flatMap(({ name, counts }) => {
      if (!counts || counts.failed === 0) return [];
      const lines = counts.failures.length > 0 ? counts.failures : ["failed outside of a test; its output is above"];
      return lines.map((line) => `failed in ${name}: ${line}\n`);
    })
    .join("");
}
