import type { ClusterFacts, ProgramEnd, ProgramFacts } from "./facts.js";

/** Deaths of one component within {@link WINDOW} after which it is not started any more. */
const MOST = 4;

/** Consecutive checks without a component, after each of which it was started: then it does not start. */
const LOOKS = 3;

/** Milliseconds. */
const WINDOW = 60_000;

/** A program that runs for less, in milliseconds, has failed to start. */
const START = 5_000;

/** SIGKILL and SIGTERM: the program was ended from outside. */
const FROM_OUTSIDE = new Set([9, 15]);

/** Exit code of a program that ended while the runtime agent did not run. */
const UNKNOWN = 255;

/** What a supervisor remembers from one check to the next. */
export interface History {
  /** Times of each component's deaths, in milliseconds. */
  readonly deaths: ReadonlyMap<string, readonly number[]>;
  /** Number of consecutive checks without each component. */
  readonly missed: ReadonlyMap<string, number>;
  /** By a container's folder. */
  readonly programs: ReadonlyMap<string, ProgramHistory>;
}

interface ProgramHistory {
  readonly restarts: number;
  /** Ends that were seen while every component ran. */
  readonly ends: number;
}

/** The result of one check, and what to do about it. */
export interface Judgement {
  readonly history: History;
  /** Programs that ended since the last check; the runtime agent restarts them. */
  readonly ended: readonly ProgramFacts[];
  /** Components to start now. */
  readonly start: readonly string[];
  /** A process that another start would not help. @default none */
  readonly hopeless?: Hopeless;
}

/** A process that ends again and again. */
export interface Hopeless {
  readonly name: string;
  /** `died 4 times within 60 s` */
  readonly how: string;
  /** Its log. @default the component's */
  readonly log?: string;
}

/** The history at the start: earlier ends are not counted, except for a program that fails to start now. */
export function beginHistory({ programs }: ClusterFacts): History {
  const known = programs.map(({ folder, restarts, runs, end }) => {
    const failing = !runs && end !== undefined && failedToStart(end);
    return [folder, { restarts, ends: failing ? 1 : 0 }] as const;
  });
  return { deaths: new Map(), missed: new Map(), programs: new Map(known) };
}

/**
 * Judges one check: a missing component is started again, unless it has ended too often. A program that ends twice,
 * the second time while starting, is given up, though the runtime agent would restart it for ever.
 *
 * @param now milliseconds of a clock that only goes forward
 */
export function judge(history: History, { missing, programs }: ClusterFacts, now: number): Judgement {
  const deaths = new Map(history.deaths);
  for (const name of missing) {
    deaths.set(name, [...(deaths.get(name) ?? []).filter((time) => now - time < WINDOW), now]);
  }
  const missed = new Map(missing.map((name) => [name, (history.missed.get(name) ?? 0) + 1] as const));
  const before = ({ folder }: ProgramFacts) => history.programs.get(folder) ?? { restarts: 0, ends: 0 };
  const known = programs.map((one) => {
    const { restarts, ends } = before(one);
    return [one.folder, { restarts: one.restarts, ends: ends + Math.max(0, one.restarts - restarts) }] as const;
  });
  const next = { deaths, missed, programs: new Map(known) };
  const ended = programs.filter((one) => one.restarts > before(one).restarts);
  const hopeless = hopelessComponent(next, missing) ?? hopelessProgram(next, programs);
  return { history: next, ended, start: hopeless ? [] : missing, ...(hopeless && { hopeless }) };
}

/** Resets the ends of programs after a component was started: they may have ended for lack of an API server. */
export function afterRepair(history: History): History {
  const programs = [...history.programs].map(([folder, one]) => [folder, { ...one, ends: 0 }] as const);
  return { ...history, programs: new Map(programs) };
}

function failedToStart({ exitCode, signal = 0, ranFor }: ProgramEnd): boolean {
  return ranFor < START && exitCode !== 0 && exitCode !== UNKNOWN && !FROM_OUTSIDE.has(signal);
}

function hopelessComponent({ deaths, missed }: History, missing: readonly string[]): Hopeless | undefined {
  const unstarted = missing.find((one) => (missed.get(one) ?? 0) >= LOOKS);
  if (unstarted !== undefined) return { name: unstarted, how: "does not start" };
  const name = missing.find((one) => (deaths.get(one)?.length ?? 0) >= MOST);
  return name === undefined ? undefined : { name, how: `died ${MOST} times within ${WINDOW / 1_000} s` };
}

function hopelessProgram(history: History, programs: readonly ProgramFacts[]): Hopeless | undefined {
  const found = programs.find(
    ({ folder, runs, end }) => !runs && end && failedToStart(end) && (history.programs.get(folder)?.ends ?? 0) >= 2,
  );
  return found && { name: found.name, how: `does not start (exit code ${found.end?.exitCode})`, log: found.log };
}
