import {
  type ApplicationState,
  applicationState,
  type EnvironmentApplication,
  type EnvironmentFacts,
  type NamedApplication,
} from "./application-states.js";
import { type Ahead, aheadOf, type EnvironmentStates, type Waiting, waitsOf } from "./waiting.js";

/** Contents of `timonier status --environments`; `--json` prints it as it is. */
export interface EnvironmentsReport {
  /** Whether there is no problem; decides the exit code. */
  readonly ok: boolean;
  /** In the order of promotion. */
  readonly environments: readonly EnvironmentStatus[];
  readonly applications: readonly ApplicationStatus[];
  readonly ahead: readonly Ahead[];
  readonly waiting: readonly Waiting[];
  /** Problems, with the messages of their sources. */
  readonly problems: readonly string[];
}

/** One environment. */
export interface EnvironmentStatus {
  readonly name: string;
  /** Milliseconds that an application must be Ready in the environment before. */
  readonly soak: number;
  readonly stacks: ReadonlyArray<{
    readonly stack: string;
    readonly cluster: string;
    readonly state: "running" | "not up" | "unreachable";
  }>;
}

/** One application in every environment, in the order of the environments. */
export interface ApplicationStatus {
  readonly name: string;
  readonly environments: readonly EnvironmentApplication[];
}

/** What the report is made from. */
export interface ReportFacts {
  /** In the order of promotion. */
  readonly environments: readonly EnvironmentFacts[];
  /** Applications of this checkout. The records may name others. */
  readonly applications: ReadonlyArray<Required<NamedApplication>>;
  /** What could not be read. */
  readonly problems: readonly string[];
  readonly now: Date;
}

/** Puts the environments side by side. */
export function environmentsReport({ environments, applications, problems, now }: ReportFacts): EnvironmentsReport {
  const known = new Map(applications.map((one) => [one.name, one]));
  const recorded = environments.flatMap(({ head }) => [...(head?.keys() ?? [])]);
  const names = [...new Set([...known.keys(), ...recorded.sort()])];
  const all = environments.map((facts): EnvironmentStates => {
    const states = names.map((name) => [name, applicationState(known.get(name) ?? { name }, facts)] as const);
    return { facts, states: new Map(states) };
  });
  const ahead = all.map((one, index) => {
    const next = all[index + 1];
    return next && aheadOf(one, next);
  });
  const waiting = all.flatMap((one, index) => {
    const before = all[index - 1];
    return waitsOf(one, now, before && { states: before.states, ahead: ahead[index - 1] });
  });
  const status = names.map((name): ApplicationStatus => {
    return { name, environments: all.flatMap(({ states }) => states.get(name) ?? []) };
  });
  const found = [...problems, ...status.flatMap(notReady)];
  return {
    ok: found.length === 0,
    environments: environments.map(environmentStatus),
    applications: status,
    ahead: ahead.flatMap((one) => one ?? []),
    waiting,
    problems: found,
  };
}

function environmentStatus({ environment, clusters }: EnvironmentFacts): EnvironmentStatus {
  const { name, soak } = environment;
  const stacks = clusters.map(({ stack, cluster, isUp, view }) => {
    return { stack, cluster, state: isUp ? (view ? "running" : "unreachable") : "not up" } as const;
  });
  return { name, soak, stacks };
}

/** Unknown states have a problem of their own: why the cluster could not be read. */
function notReady({ name, environments }: ApplicationStatus): string[] {
  return environments.flatMap(({ environment, clusters }) => {
    const failing = clusters.filter(({ state }) => state === ("not-ready" satisfies ApplicationState));
    return failing.map(({ stack, message }) => `${name} in ${environment}, stack ${stack}: ${message}`);
  });
}
