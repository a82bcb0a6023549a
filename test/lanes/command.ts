import { elapsed } from "../../packages/kit/progress.js";
import { defaultLanes, type LaneName, lanes } from "./lanes.js";
import { readRecords, writeRecord } from "./records.js";
import { type LaneOutcome, lastOutcome, readResults, writeOutcome } from "./results.js";
import { failureList, outcomeTable, plan, total } from "./summary.js";
import { runLane, unchangedLanes } from "./turbo.js";
import { runVitest } from "./vitest.js";

const lanesOf = (names: readonly LaneName[]) => lanes.filter(({ name }) => names.includes(name));

/** Lanes that are run in one vitest by `npm test`. */
const MAIN = "npm-test";

/**
 * `npm test`: the lanes that run every time.
 *
 * @returns the exit code
 */
export async function testMainJob(): Promise<number> {
  const last = readRecords()[MAIN];
  const duration = last ? `took ${elapsed(0, last.seconds * 1000)} on ${last.at.slice(0, 10)}` : "was never run here";
  console.log(`npm test ${duration}. Everything else: npm run test:all (docs/testing.md). This runs:`);
  for (const { name, covers } of lanesOf(defaultLanes)) console.log(`  ${name}: ${covers}`);
  const { counts } = await timed(MAIN, () => runVitest(MAIN, defaultLanes));
  return counts?.failed === 0 ? 0 : 1;
}

/**
 * Runs lanes one after the other, each with both cores, and goes on after a failure. Ends with a
 * table and the line `N passed, N failed`.
 *
 * @param names lanes to run; those whose inputs have not changed since they passed are skipped
 * @param options.force run unchanged lanes, too
 * @param options.afterMainJob count the last `npm test` of this checkout as well
 * @returns the exit code
 */
export async function testLanes(
  names: readonly LaneName[],
  { force = false, afterMainJob = false }: { readonly force?: boolean; readonly afterMainJob?: boolean } = {},
): Promise<number> {
  const unchanged = force ? new Set<LaneName>() : await unchangedLanes(names);
  console.log(`${plan(lanesOf(names), unchanged, readRecords())}\n`);
  const outcomes: LaneOutcome[] = afterMainJob ? [lastOutcome(MAIN)] : [];
  for (const { name } of lanesOf(names)) {
    if (unchanged.has(name)) outcomes.push({ name, seconds: 0, counts: undefined });
    else outcomes.push(await timed(name, () => runLane(name, force)));
  }
  const { passed, failed } = total(outcomes);
  console.log(`\n${outcomeTable(outcomes)}\n\n${failureList(outcomes)}${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Runs a lane, and keeps how long it took for the next plan. */
async function timed(name: LaneName | typeof MAIN, run: () => Promise<number>): Promise<LaneOutcome> {
  const start = Date.now();
  const exitCode = await run();
  const outcome = { name, seconds: (Date.now() - start) / 1000, counts: readResults(name, exitCode) };
  writeOutcome(outcome);
  if (exitCode === 0) await writeRecord(name, { at: new Date().toISOString(), seconds: outcome.seconds });
  return outcome;
}
