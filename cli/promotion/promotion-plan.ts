import { UserError } from "@timonier/kit/user-error";
import type { ApplicationRecord, ProgramRecord } from "@timonier/manifests/program-record";
import type { Promotion } from "@timonier/report/model";
import { inWords } from "@timonier/report/text";
import type { Environment } from "../../apps/environments.js";

/** An application in the environment from which it is promoted. */
export interface RunningApplication {
  /** What the folder of the environment said of it at the revision that runs. */
  readonly record: ApplicationRecord;
  /** Commit of the application repository that Flux applied. */
  readonly revision: string;
  /** Whether it is Ready in every cluster of the environment. */
  readonly ready: boolean;
  /** Why it is not Ready. */
  readonly message: string;
  /** Since when it runs and is Ready. @default it is not Ready */
  readonly since?: Date | undefined;
}

/** For each application the images that automation owns, by their policies. */
export type ApplicationImages = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What is known before a promotion. */
export interface PromotionFacts {
  readonly from: string;
  readonly to: Pick<Environment, "name" | "soak" | "exclude">;
  /** Names of the applications to promote. Empty: every one that differs. */
  readonly asked: readonly string[];
  /** Applications that run in `from`, by name. */
  readonly running: ReadonlyMap<string, RunningApplication>;
  /** Images that automation owns, by policy, for each application: that run in `from`, and at the head of `to`. */
  readonly images: { readonly from: ApplicationImages; readonly to: ApplicationImages };
  /** Records at the head of the branch: of `from`, and of `to`. */
  readonly heads: { readonly from: ProgramRecord; readonly to: ProgramRecord };
  readonly now: Date;
}

/** What is promoted. */
export interface PromotionPlan {
  /** Applications whose manifests are taken from the program commit that runs in `from`. */
  readonly promoted: ReadonlyMap<string, RunningApplication>;
  /** Applications that `from` no longer has. */
  readonly removed: readonly string[];
  /** Why the gate is shut, one line each. Empty: it is open. */
  readonly waits: readonly string[];
}

/**
 * Decides what is promoted, and whether the gate is open.
 *
 * @throws UserError for an application that cannot be promoted
 */
export function planPromotion(facts: PromotionFacts): PromotionPlan {
  const { running, heads, to, asked } = facts;
  for (const name of asked) checkKnown(name, facts);
  const isAsked = (name: string) => asked.length === 0 || asked.includes(name);
  const promoted = [...running].filter(([name, { record }]) => {
    return isAsked(name) && !to.exclude.includes(name) && differs(name, record, facts);
  });
  const removed = [...heads.to.keys()].filter((name) => {
    return isAsked(name) && (!heads.from.has(name) || to.exclude.includes(name));
  });
  for (const [name, one] of promoted) checkCommit(name, one, facts.from);
  return {
    promoted: new Map(promoted),
    removed,
    waits: promoted.flatMap(([name, one]) => waitsFor(name, one, facts)),
  };
}

/** Whether an application differs in its manifests, or in a tag that image automation set. */
function differs(name: string, record: ApplicationRecord, { heads, images }: PromotionFacts): boolean {
  if (heads.to.get(name)?.synthesis !== record.synthesis) return true;
  const there = images.to.get(name);
  return [...(images.from.get(name) ?? [])].some(([policy, image]) => there?.get(policy) !== image);
}

function checkKnown(name: string, { from, to, running, heads }: PromotionFacts): void {
  if (running.has(name) || (heads.to.has(name) && !heads.from.has(name))) return;
  const never = heads.from.has(name)
    ? `${name} is not running in ${from} yet`
    : `${name} is not an application of ${from} or ${to.name}`;
  const fix = heads.from.has(name)
    ? `wait until Flux has applied it there: npx timonier status --environments`
    : `use one of ${[...running.keys()].join(", ") || "the applications that were published"}`;
  throw new UserError(never, `environment ${from}`, fix, { code: "TIM-860" });
}

function checkCommit(name: string, { record }: RunningApplication, from: string): void {
  if (record.program !== undefined && !record.uncommitted) return;
  const reason = record.uncommitted ? "from changes that were in no commit" : "from a program in no Git repository";
  throw new UserError(
    `${name} in ${from} was published ${reason}, so it cannot be synthesized again`,
    `the record of environment ${from}`,
    "commit the program, publish again, and merge; nothing else changes in the cluster",
    { code: "TIM-861" },
  );
}

function waitsFor(name: string, { ready, message, since }: RunningApplication, facts: PromotionFacts): string[] {
  if (!ready) return [`${name} is not Ready in ${facts.from}: ${message}`];
  if (since === undefined)
    return [`${name}: Flux in ${facts.from} does not record since when it is Ready; it does from 2.7 on`];
  const age = facts.now.getTime() - since.getTime();
  const { soak } = facts.to;
  if (age >= soak) return [];
  return [`${name} has been Ready in ${facts.from} for ${inWords(Math.max(0, age))} of ${inWords(soak)}`];
}

/** The promotion as reports show it. */
export function describePromotion(plan: PromotionPlan, { from, to, now }: PromotionFacts): Promotion {
  const promoted = [...plan.promoted].map(([name, { revision, record, since }]) => ({
    ...{ name, revision },
    ...(record.program !== undefined && { program: record.program }),
    ...(since && { readyFor: Math.max(0, now.getTime() - since.getTime()) }),
  }));
  const removed = plan.removed.map((name) => ({ name }));
  return { from, to: to.name, applications: [...promoted, ...removed], waits: plan.waits };
}

/** The record of `to` after the promotion. */
export function promotedRecord({ promoted, removed }: PromotionPlan, { from, heads }: PromotionFacts): ProgramRecord {
  const kept = [...heads.to].filter(([name]) => !removed.includes(name));
  const taken = [...promoted].map(([name, { record, revision }]): [string, ApplicationRecord] => {
    return [name, { ...record, promoted: { from, revision } }];
  });
  return new Map([...kept, ...taken]);
}
