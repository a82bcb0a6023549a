import type { ApplicationRecord } from "@timonier/manifests/program-record";
import { inWords } from "@timonier/report/text";
import { type EnvironmentApplication, type EnvironmentFacts, entryOf } from "./application-states.js";
import { applicationOfPolicy } from "./owned-images.js";

/** An environment that has changes which the next one lacks. */
export interface Ahead {
  readonly environment: string;
  /** The next environment. */
  readonly of: string;
  /** Applications that differ. */
  readonly applications: readonly string[];
  /** Applications that the next environment no longer gets. */
  readonly removed: readonly string[];
}

/** What an environment waits for. */
export interface Waiting {
  readonly environment: string;
  /**
   * `merge`: an open merge request · `flux`: a merged change is not applied yet · `ready`: an
   * application is not Ready in the environment before · `soak`: it has not been Ready there for long enough.
   */
  readonly for: "merge" | "flux" | "ready" | "soak";
  /** @default not one application alone */
  readonly application?: string;
  readonly message: string;
  /** Milliseconds of the soak time that are left. */
  readonly left?: number;
  /** Address of the merge request. */
  readonly url?: string;
}

/** One environment, with the state of each application by its name. */
export interface EnvironmentStates {
  readonly facts: EnvironmentFacts;
  readonly states: ReadonlyMap<string, EnvironmentApplication>;
}

/**
 * What an environment has that the next one lacks. Applications are compared by what their programs
 * synthesize for all environments, and by the tags that image automation set.
 *
 * @returns undefined where nothing differs, or the records are not known
 */
export function aheadOf(one: EnvironmentStates, next: EnvironmentStates): Ahead | undefined {
  const [from, to] = [one.facts.head, next.facts.head];
  if (!from || !to) return undefined;
  const { name, exclude } = next.facts.environment;
  const isKept = (app: string) => from.has(app) && !exclude.includes(app);
  const newer = differingImages(one.facts, next.facts);
  const applications = [...from.keys()].filter(
    (app) => isKept(app) && (entryIn(one, app)?.synthesis !== to.get(app)?.synthesis || newer.has(app)),
  );
  const removed = [...to.keys()].filter((app) => !isKept(app));
  if (applications.length + removed.length === 0) return undefined;
  return { environment: one.facts.environment.name, of: name, applications, removed };
}

/** Applications with an image of another tag. */
function differingImages({ images: from }: EnvironmentFacts, { images: to }: EnvironmentFacts): ReadonlySet<string> {
  if (!from || !to) return new Set();
  const differing = [...from].filter(([policy, image]) => to.get(policy) !== image);
  return new Set(differing.map(([policy]) => applicationOfPolicy(policy)));
}

/** What an environment waits for. @param before the environment before it, and what that has ahead @default it is the first one */
export function waitsOf(
  { facts, states }: EnvironmentStates,
  now: Date,
  before?: { readonly states: EnvironmentStates["states"]; readonly ahead: Ahead | undefined },
): Waiting[] {
  const { name, soak } = facts.environment;
  const merges = facts.mergeRequests.map(({ reference, branch, url }): Waiting => {
    return { environment: name, for: "merge", message: `merge request ${reference} of ${branch}: ${url}`, url };
  });
  const pending = [...states].flatMap(([application, state]): Waiting[] => {
    const merged = facts.head?.get(application);
    const applied = state.revision === undefined ? undefined : facts.records.get(state.revision)?.get(application);
    if (!merged || !applied || merged.synthesis === applied.synthesis) return [];
    return [
      { environment: name, for: "flux", application, message: `Flux to apply ${commitsOf(application, merged)}` },
    ];
  });
  const promoted = (before?.ahead?.applications ?? []).flatMap((application) => {
    const state = before?.states.get(application);
    return state ? soakWait(application, state, now, soak) : [];
  });
  return [...merges, ...pending, ...promoted.map((one) => ({ environment: name, ...one }))];
}

function commitsOf(application: string, { program }: ApplicationRecord): string {
  return program === undefined ? application : `${application} of program ${program.slice(0, 8)}`;
}

/** Whether an application has been Ready for long enough. */
function soakWait(
  application: string,
  { environment, state, message, since }: EnvironmentApplication,
  now: Date,
  soak: number,
): Array<Omit<Waiting, "environment">> {
  if (state === "ready" && since === undefined) {
    const text = `${application}: since when it is Ready in ${environment} is not known; Flux records it from 2.7 on`;
    return [{ for: "soak", application, message: text }];
  }
  if (state !== "ready" || since === undefined) {
    const reason = message === "" ? "" : `: ${message}`;
    return [{ for: "ready", application, message: `${application} to be Ready in ${environment}${reason}` }];
  }
  const age = Math.max(0, now.getTime() - Date.parse(since));
  if (age >= soak) return [];
  const text = `${application}, Ready in ${environment} for ${inWords(age)} of ${inWords(soak)}`;
  return [{ for: "soak", application, message: text, left: soak - age }];
}

function entryIn({ facts, states }: EnvironmentStates, name: string): ApplicationRecord | undefined {
  const state = states.get(name);
  return state ? entryOf(name, state, facts) : facts.head?.get(name);
}
