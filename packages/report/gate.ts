import { refName } from "@timonier/kit/kube-discovery";
import { isGraveStep, isUnready, orderedSteps } from "./digest.js";
import type { Report } from "./model.js";
import { oneLine } from "./text.js";

/**
 * What may fail a pipeline.
 *
 * `data-loss`: data is lost that no manifest brings back · `deletions`: any object is deleted, pruned or recreated ·
 * `rejected`: an object is rejected, something does not become Ready, `pulumi up` would fail · `policies`: a fatal one is
 * broken · `unknown`: something that the merge can affect was not evaluated · `not-evaluated`: anything was not evaluated ·
 * `infrastructure`: `pulumi up` deletes or replaces.
 */
export const gateRules = [
  "data-loss",
  "deletions",
  "rejected",
  "policies",
  "unknown",
  "not-evaluated",
  "infrastructure",
] as const;

export type GateRule = (typeof gateRules)[number];

/** What fails where nothing is said. */
export const defaultGateRules: readonly GateRule[] = ["data-loss", "rejected", "policies", "unknown"];

/** Whether somebody may accept it. What is rejected does not happen: there is nothing to accept, only something to mend. */
export function isAcceptable(rule: GateReason["rule"]): rule is GateRule {
  return rule !== "rejected" && rule !== "unable";
}

/** That somebody knows and wants it. */
export interface Acceptance {
  readonly rules: readonly GateRule[];
  /** Whose: `the label timonier:accept-data-loss`, `the approval of @jane`. */
  readonly by: string;
}

/** One rule that something breaks. */
export interface GateReason {
  readonly rule: GateRule | "unable";
  /** What breaks it, one line each. */
  readonly what: readonly string[];
  /** Who accepts it. undefined: nobody, and the gate is shut. */
  readonly acceptedBy?: string;
}

/** `open`: nothing that counts, or all of it accepted · `shut`: something is not accepted · `unable`: nobody knows. */
export interface GateJudgement {
  readonly state: "open" | "shut" | "unable";
  readonly reasons: readonly GateReason[];
}

/** Whether a merge may go on. Pure: what was accepted is for the caller to ask. */
export function judgeGate(report: Report, rules: readonly GateRule[], accepted: readonly Acceptance[]): GateJudgement {
  if (report.verdict === "unable") {
    const what = report.error ? oneLine(`${report.error.what} (${report.error.where})`) : "the rehearsal could not run";
    return { state: "unable", reasons: [{ rule: "unable", what: [what] }] };
  }
  const reasons = gateRules
    .filter((rule) => rules.includes(rule))
    .map((rule) => ({ rule, what: breaks[rule](report).map(oneLine) }))
    .filter(({ what }) => what.length > 0)
    .map((reason): GateReason => {
      const by = isAcceptable(reason.rule) && accepted.find(({ rules }) => rules.includes(reason.rule))?.by;
      return by ? { ...reason, acceptedBy: by } : reason;
    });
  return { state: reasons.every(({ acceptedBy }) => acceptedBy !== undefined) ? "open" : "shut", reasons };
}

const breaks: Readonly<Record<GateRule, (report: Report) => string[]>> = {
  "data-loss": ({ changes }) =>
    changes
      .filter(({ dataLoss }) => dataLoss)
      .map(({ ref, action }) => `${refName(ref)} is ${action}, its data is lost`),
  deletions: ({ changes }) =>
    changes
      .filter(({ action }) => action === "deleted" || action === "pruned" || action === "recreated")
      .map(({ ref, action }) => `${refName(ref)} is ${action}`),
  rejected: (report) => [
    ...report.changes
      .filter(({ action }) => action === "rejected")
      .map(({ ref, message }) => told(`${refName(ref)} is refused`, message)),
    ...report.reconciliations
      .filter(isUnready)
      .map(({ ref, message }) => told(`${refName(ref)} is not Ready`, message)),
    ...(report.infrastructure?.diagnostics ?? [])
      .filter(({ level }) => level === "error")
      .map(({ message }) => told("pulumi up fails", message)),
  ],
  policies: ({ policies }) =>
    policies
      .filter(({ level }) => level === "fatal")
      .map(({ policy, ref, message }) => told(`${refName(ref)} breaks ${policy}`, message)),
  unknown: ({ notEvaluated }) =>
    notEvaluated.filter(({ affected }) => affected).map(({ subject, reason }) => told(subject, reason)),
  "not-evaluated": ({ notEvaluated }) => notEvaluated.map(({ subject, reason }) => told(subject, reason)),
  infrastructure: (report) =>
    orderedSteps(report)
      .filter(isGraveStep)
      .map(({ operation, name, type }) => `pulumi up: ${operation} ${name} (${type})`),
};

function told(what: string, words: string | undefined): string {
  return words === undefined || words === "" ? what : `${what}: ${words}`;
}
