import type { NotEvaluated } from "./model.js";

/** Entries that share a reason. */
export interface Gap extends Omit<NotEvaluated, "subject"> {
  readonly subjects: readonly string[];
}

/** Subjects of one gap that a note names. */
export const NAMED = 5;

/** What was not evaluated, by reason: first what the merge can affect. */
export function groupedGaps(notEvaluated: readonly NotEvaluated[]): Gap[] {
  const groups = new Map<string, Gap>();
  for (const { subject, ...rest } of notEvaluated) {
    const key = JSON.stringify([rest.reason, rest.affected, rest.option]);
    const subjects = groups.get(key)?.subjects ?? [];
    groups.set(key, { ...rest, subjects: [...subjects, subject] });
  }
  const all = [...groups.values()];
  return [...all.filter(({ affected }) => affected), ...all.filter(({ affected }) => !affected)];
}
