import type { ObjectChange, PolicyResult, Reconciliation, Verdict } from "../report/model.js";

/** Actions after which something is not there any more, or is another. */
const destroys = new Set(["pruned", "deleted", "recreated"]);

/** What decides. */
export interface Outcome {
  readonly changes: readonly ObjectChange[];
  readonly reconciliations: readonly Reconciliation[];
  readonly policies: readonly PolicyResult[];
}

/** @see Verdict */
export function verdictOf({ changes, reconciliations }: Outcome): Verdict {
  const rejected = changes.some(({ action }) => action === "rejected") || reconciliations.some(becomesUnready);
  if (rejected) return "rejected";
  return changes.some(({ action, dataLoss }) => dataLoss || destroys.has(action)) ? "destructive" : "safe";
}

/** Whether a reconciliation does not become Ready because of this merge: one that was not Ready before is not its fault. */
function becomesUnready({ ready, readyBefore, notEvaluated }: Reconciliation): boolean {
  if (notEvaluated || ready === undefined || ready === "True" || readyBefore === "False") return false;
  return ready === "False" || readyBefore === "True" || readyBefore === undefined;
}
