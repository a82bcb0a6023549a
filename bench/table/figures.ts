/**
 * What a figure counts: seconds on the clock, or seconds of CPU (user and system) of a process and
 * the children it waits for.
 */
export type Measure = "elapsed" | "cpu";

/** The machine that measured. */
export interface Machine {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly node: string;
  /** Average number of processes that ran or waited for a core in the minute before. */
  readonly load: number;
}

/** Seconds that one measurement found. */
export interface Measured {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** In the order in which they were measured. */
  readonly runs: readonly number[];
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: Machine;
}

/** Seconds before the work of issue 16; a range where different machines differed. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** One figure of a row. */
export interface Figure {
  readonly row: string;
  readonly what: string;
  readonly measure: Measure;
  readonly unit: "s";
  readonly command: string;
  readonly before: Range;
  /** Not more than this. */
  readonly goal: number;
  /** @default null, not measured yet */
  readonly now: Measured | null;
}

/** CPU of a row divided by CPU of the calibration in the same run. */
export interface Ratios {
  readonly date: string;
  readonly machine: Machine;
  readonly ratios: Readonly<Record<string, number>>;
}

/** The content of bench/results.json. */
export interface Results {
  readonly figures: readonly Figure[];
  /** @default null, not recorded yet */
  readonly check: Ratios | null;
}

/** Seconds of one run of a row. */
export type Sample = Readonly<Record<Measure, number>>;

/** Describes some runs; the median of an even number is the mean of the two in the middle. */
export function describeRuns(runs: readonly number[], date: string, machine: Machine): Measured {
  if (runs.length === 0) throw new RangeError("a measurement needs at least one run");
  const sorted = [...runs].sort((one, other) => one - other);
  const at = (index: number) => sorted[index] as number;
  const half = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  return { min: at(0), median: rounded(median), max: at(sorted.length - 1), runs, date, machine };
}

/** The figures with new measurements; a row that was not measured keeps its last figures and their date. */
export function mergeFigures(
  figures: readonly Figure[],
  measured: ReadonlyMap<string, readonly Sample[]>,
  { date, machine }: { readonly date: string; readonly machine: Machine },
): Figure[] {
  for (const row of measured.keys()) {
    if (!figures.some((one) => one.row === row)) throw new RangeError(`no figure belongs to row ${row}`);
  }
  return figures.map((figure) => {
    const samples = measured.get(figure.row);
    if (!samples) return figure;
    const runs = samples.map((sample) => rounded(sample[figure.measure]));
    return { ...figure, now: describeRuns(runs, date, machine) };
  });
}

/** Milliseconds are noise. */
export function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
