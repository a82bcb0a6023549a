import type { Sample } from "./figures.js";

/**
 * A row fails the check when its ratio grew by more than this. On a nearly idle machine two checks
 * after the record changed it by 0.93 to 1.05; how much a busy machine changes it was not measured.
 * The rest is for small changes that are wanted.
 */
export const GROSS = 2;

/** A row whose ratio grew. */
export interface Comparison {
  readonly row: string;
  readonly recorded: number;
  readonly now: number;
  /** `now` divided by `recorded`. */
  readonly growth: number;
  readonly failed: boolean;
}

/**
 * CPU of a row divided by CPU of the calibration. The smallest of each counts: other processes can
 * only add to it.
 *
 * @throws RangeError when one of both has no run, or the calibration took nothing
 */
export function ratioOf(samples: readonly Sample[], calibration: readonly Sample[]): number {
  const smallest = (all: readonly Sample[]) => Math.min(...all.map(({ cpu }) => cpu));
  const [row, base] = [smallest(samples), smallest(calibration)];
  if (!Number.isFinite(row) || !Number.isFinite(base) || base <= 0) throw new RangeError("nothing was measured");
  return Math.round((row / base) * 100) / 100;
}

/**
 * Compares ratios with recorded ones, in the order of `now`.
 *
 * @throws RangeError when a row was never recorded: a check that compares nothing must not pass
 */
export function compareRatios(
  recorded: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Comparison[] {
  return Object.entries(now).map(([row, ratio]) => {
    const before = recorded[row];
    if (before === undefined || before <= 0) throw new RangeError(`no ratio of row ${row} is recorded`);
    const growth = ratio / before;
    return { row, recorded: before, now: ratio, growth, failed: growth > GROSS };
  });
}
