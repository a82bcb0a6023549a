import { refName } from "@timonier/kit/kube-discovery";
import { isGraveStep, isUnready, orderedSteps } from "./digest.js";
import type { Report } from "./model.js";
import { oneLine } from "./text.js";

/**
 * Rules that can close the gate.
 *
 * `data-loss`: data is lost that no manifest brings back · `deletions`: any object is deleted,
 * pruned or recreated · `rejected`: an object is rejected, a reconciliation does not become Ready,
 * or `pulumi up` would fail · `policies`: a fatal one is violated · `unknown`: something that the
 * merge can affect was not evaluated · `not-evaluated`: anything was not evaluated ·
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

/** Rules that apply by default. */
export const defaultGateRules: readonly GateRule[] = ["data-loss", "rejected", "policies", "unknown"];

/** Whether a person can accept what a rule found. A rejected change is not applied, so it can only be fixed. */
export function isAcceptable(rule: GateReason["rule"]): rule is GateRule {
  return rule !== "rejected" && rule !== "unable";
}

/** A person's consent to what some rules found. */
export interface Acceptance {
  readonly rules: readonly GateRule[];
  /** Who gave it: `the label timonier:accept-data-loss`, `the approval of @jane`. */
  readonly by: string;
}

/** A rule that found something. */
export interface GateReason {
  readonly rule: GateRule | "unable";
  /** What it found, one line each. */
  readonly what: readonly string[];
  /** Who accepted it. @default not accepted, so the gate is shut */
  readonly acceptedBy?: string;
}

/**
 * `open`: nothing was found, or all of it is accepted · `shut`: something is not accepted ·
 * `unable`: there is no verdict.
 */
export interface GateJudgement {
  readonly state: "open" | "shut" | "unable";
  readonly reasons: readonly GateReason[];
}

/** Whether a merge may continue. @param accepted consents that the caller has read from GitLab */
export function judgeGate(report: Report, rules: readonly GateRule[], accepted: readonly Acceptance[]): GateJudgement {
  if (report.verdict === "unable") {
    const what = report.error ? oneLine(`${report.error.what} (${report.error.where})`) : "the rehearsal could not run";
    return { state: "unable", reasons: [{ rule: "unable", what: [what] }] };
  }
  const reasons = gateRules
    .filter((rule) => rules.includes(rule))
    .map((rule) => ({ rule, what: findings[rule](report).map(oneLine) }))
    .filter(({ what }) => what.length > 0)
    .map((reason): GateReason => {
      const by = isAcceptable(reason.rule) && accepted.find(({ rules }) => rules.includes(reason.rule))?.by;
      return by ? { ...reason, acceptedBy: by } : reason;
    });
  return { state: reasons.every(({ acceptedBy }) => acceptedBy !== undefined) ? "open" : "shut", reasons };
}

const findings: Readonly<Record<GateRule, (report: Report) => string[]>> = {
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
      .map(({ ref, message }) => withMessage(`${refName(ref)} is rejected`, message)),
    ...report.reconciliations
      .filter(isUnready)
      .map(({ ref, message }) => withMessage(`${refName(ref)} is not Ready`, message)),
    ...(report.infrastructure?.diagnostics ?? [])
      .filter(({ level }) => level === "error")
      .map(({ message }) => withMessage("pulumi up fails", message)),
  ],
  policies: ({ policies }) =>
    policies
      .filter(({ level }) => level === "fatal")
      .map(({ policy, ref, message }) => withMessage(`${refName(ref)} violates ${policy}`, message)),
  unknown: ({ notEvaluated }) =>
    notEvaluated.filter(({ affected }) => affected).map(({ subject, reason }) => withMessage(subject, reason)),
  "not-evaluated": ({ notEvaluated }) => notEvaluated.map(({ subject, reason }) => withMessage(subject, reason)),
  infrastructure: (report) =>
    orderedSteps(report)
      .filter(isGraveStep)
      .map(({ operation, name, type }) => `pulumi up: ${operation} ${name} (${type})`),
};

function withMessage(what: string, message: string | undefined): string {
  return message === undefined || message === "" ? what : `${what}: ${message}`;
}
