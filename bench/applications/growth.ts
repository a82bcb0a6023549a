/** The two numbers of applications that are compared. */
export const SMALL = 100;
export const LARGE = 1000;

/** Times in milliseconds of one round: as many small runs as make the large number, and one large run. */
export interface Round {
  readonly small: number;
  readonly large: number;
}

/** How a part grows with the number of applications. */
export interface Growth {
  /** Milliseconds for the small number of applications: the median of the rounds. */
  readonly small: number;
  /** Milliseconds for the large number. */
  readonly large: number;
  /** Milliseconds that the large number may take. */
  readonly limit: number;
  readonly passed: boolean;
}

/** Largest time of the large number, as a multiple of linear growth. */
export const tolerances = {
  /** For a benchmark on an idle machine. */
  exact: 1.1,
  /** For a check on any machine, which finds gross regressions only. */
  gross: 1.6,
} as const;

/** Milliseconds of one collection of garbage, which a run has or does not have. */
const ONE_COLLECTION = 10;

/**
 * Compares the medians of several rounds.
 *
 * @param tolerance one of {@link tolerances}
 * @throws RangeError when nothing was measured
 */
export function growthOf(rounds: readonly Round[], tolerance: number = tolerances.exact): Growth {
  const times = LARGE / SMALL;
  const together = median(rounds.map(({ small }) => small));
  const large = median(rounds.map((round) => round.large));
  const limit = together * tolerance + ONE_COLLECTION;
  return { small: together / times, large, limit, passed: large <= limit };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("nothing was measured");
  return middle;
}
