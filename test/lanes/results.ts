import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { checkout } from "../../packages/kit/state-folder.js";

/** How many tests of one run passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts with what failed. */
export interface Results extends Counts {
  /** `FILE > TEST: first line of the error`. A run that failed outside of a test has none. */
  readonly failures: readonly string[];
}

/** How one lane ended. */
export interface LaneOutcome {
  readonly name: string;
  /** Wall time in seconds. */
  readonly seconds: number;
  /** Results of this run. undefined: unchanged since it passed, so it was not run. */
  readonly counts: Results | undefined;
}

/**
 * The part of vitest's JSON report that is read here.
 *
 * @see https://vitest.dev/guide/reporters.html#json-reporter
 */
const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number().default(0),
  numTodoTests: z.number().default(0),
  testResults: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        message: z.string().default(""),
        assertionResults: z.array(
          z.object({
            status: z.string(),
            fullName: z.string(),
            failureMessages: z.array(z.string()).nullish(),
          }),
        ),
      }),
    )
    .default([]),
});

/** File of a run's JSON report. */
export const resultsFile = (run: string) => join(checkout, "dist", "lanes", `${run}.json`);

const outcomeFile = (name: string) => join(checkout, "dist", "lanes", `${name}.outcome.json`);

/** Deletes the report of an earlier run, so that it cannot be taken for the next one's. */
export function clearResults(run: string): void {
  const file = resultsFile(run);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
}

/** Writes counts in the form of vitest's report, for lanes that vitest does not run. */
export function writeResults(run: string, { passed, failed, skipped }: Counts): void {
  clearResults(run);
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped };
  writeFileSync(resultsFile(run), JSON.stringify(counts));
}

/**
 * Counts of a run.
 *
 * A run that failed outside of a test (a crash, an error while a file was loaded) counts as one failed test.
 *
 * @param exitCode of the process that ran it
 */
export function readResults(run: string, exitCode: number): Results {
  const results = resultsOf(readIfThere(resultsFile(run)));
  return exitCode !== 0 && results.failed === 0 ? { ...results, failed: 1 } : results;
}

/** Keeps an outcome in this checkout, for a command that adds it to its own. */
export function writeOutcome(outcome: LaneOutcome): void {
  writeFileSync(outcomeFile(outcome.name), JSON.stringify(outcome));
}

/** The last outcome of a lane in this checkout. A run that never ended counts as one failed test. */
export function lastOutcome(name: string): LaneOutcome {
  const text = readIfThere(outcomeFile(name));
  if (text === undefined) return { name, seconds: 0, counts: { passed: 0, failed: 1, skipped: 0, failures: [] } };
  return JSON.parse(text) as LaneOutcome;
}

/**
 * Results of a report's text. undefined: there is no report, because the lane was skipped with a
 * printed reason.
 */
export function resultsOf(text: string | undefined): Results {
  if (text === undefined) return { passed: 0, failed: 0, skipped: 0, failures: [] };
  const found = report.parse(JSON.parse(text));
  const notLoaded = found.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failures = found.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => failure(`${name} > ${fullName}`, failureMessages?.[0])),
  );
  return {
    passed: found.numPassedTests,
    failed: found.numFailedTests + notLoaded.length,
    skipped: found.numPendingTests + found.numTodoTests,
    failures: [...failures, ...notLoaded.map(({ name, message }) => failure(name, message))],
  };
}

function failure(subject: string, message = ""): string {
  const [line = ""] = stripVTControlCharacters(message).split("\n");
  const name = subject.startsWith(checkout) ? subject.slice(checkout.length + 1) : subject;
  return line === "" ? name : `${name}: ${line}`;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
