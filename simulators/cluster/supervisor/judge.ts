import type { ClusterFacts, ProgramEnd, ProgramFacts } from "./facts.js";

/** Deaths of one component within {@link WINDOW} after which it is not started any more. */
const MOST = 4;

/** Looks in a row that miss a component: what is missing is started between them, so it did not start. */
const LOOKS = 3;

/** Milliseconds. */
const WINDOW = 60_000;

/** A program that runs for less, in milliseconds, has failed to start. */
const START = 5_000;

/** SIGKILL and SIGTERM: something outside has ended the program. */
const FROM_OUTSIDE = new Set([9, 15]);

/** The runtime agent did not see the end: it did not run itself at that moment. */
const UNKNOWN = 255;

/** What a supervisor remembers from one look to the next. */
export interface History {
  /** Times of each component's deaths, in milliseconds. */
  readonly deaths: ReadonlyMap<string, readonly number[]>;
  /** Number of looks, up to the last one, that missed each component. */
  readonly missed: ReadonlyMap<string, number>;
  /** By a container's folder. */
  readonly programs: ReadonlyMap<string, ProgramHistory>;
}

interface ProgramHistory {
  readonly restarts: number;
  /** Ends that were seen while every component ran. */
  readonly ends: number;
}

/** What one look shows, and what to do about it. */
export interface Judgement {
  readonly history: History;
  /** Programs that ended since the look before; the runtime agent starts them again. */
  readonly ended: readonly ProgramFacts[];
  /** Components to start now. */
  readonly start: readonly string[];
  /** What one more start does not help. @default nothing */
  readonly hopeless?: Hopeless;
}

/** A process that dies again and again. */
export interface Hopeless {
  readonly name: string;
  /** `died 4 times within 60 s` */
  readonly how: string;
  /** Its log. @default the component's */
  readonly log?: string;
}

/** What is so before anything is supervised: earlier ends are not counted, but for those of a program that does not start now. */
export function beginHistory({ programs }: ClusterFacts): History {
  const known = programs.map(({ folder, restarts, runs, end }) => {
    const failing = !runs && end !== undefined && failedToStart(end);
    return [folder, { restarts, ends: failing ? 1 : 0 }] as const;
  });
  return { deaths: new Map(), missed: new Map(), programs: new Map(known) };
}

/**
 * What a look shows: a component that does not run is started again, unless it has died too often. A program that ends twice,
 * the second time in its start, is not waited for, though the runtime agent would try it for ever.
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

/** After a component was started: a program that ended meanwhile had perhaps no API server. */
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
