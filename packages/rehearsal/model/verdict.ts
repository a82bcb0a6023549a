import type { NotEvaluated, ObjectChange, PolicyResult, Reconciliation, Verdict } from "@timonier/report/model";

/** Actions that delete an object, also to recreate it. */
const destroys = new Set(["pruned", "deleted", "recreated"]);

/** What decides the verdict. */
export interface Evaluation {
  readonly changes: readonly ObjectChange[];
  readonly reconciliations: readonly Reconciliation[];
  readonly policies: readonly PolicyResult[];
  readonly notEvaluated: readonly NotEvaluated[];
}

/** @see Verdict */
export function verdictOf({ changes, reconciliations, notEvaluated }: Evaluation): Verdict {
  if (changes.some(({ action }) => action === "rejected") || reconciliations.some(becomesUnready)) return "rejected";
  if (changes.some(({ action, dataLoss }) => dataLoss || destroys.has(action))) return "destructive";
  if (reconciliations.some(isOpen)) return "unable";
  return notEvaluated.some(({ affected }) => affected) ? "unknown" : "safe";
}

/** Whether a reconciliation fails because of this merge: one that was not Ready before does not count against it. */
function becomesUnready({ ready, readyBefore, notEvaluated }: Reconciliation): boolean {
  if (notEvaluated || ready !== "False") return false;
  return readyBefore === "True" || readyBefore === undefined;
}

/** Whether a reconciliation was pending when the time was over. */
export function isOpen({ ready, reason, notEvaluated }: Reconciliation): boolean {
  return !notEvaluated && ready === "Unknown" && reason === "NotSettled";
}
