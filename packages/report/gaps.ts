import type { NotEvaluated } from "./model.js";

/** Entries with the same reason. */
export interface Gap extends Omit<NotEvaluated, "subject"> {
  readonly subjects: readonly string[];
}

/** How many subjects of one gap a note names. */
export const NAMED = 5;

/** Entries that were not evaluated, grouped by reason, affected ones first. */
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
