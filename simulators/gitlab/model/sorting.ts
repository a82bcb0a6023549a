/** Order of a list. */
export type Direction = "asc" | "desc";

/** Sorts by a key; elements with the same key stay in the order of their ids. */
export function sortBy<T extends { readonly id: number }>(
  list: readonly T[],
  key: (element: T) => string | number,
  direction: Direction,
): T[] {
  const sign = direction === "asc" ? 1 : -1;
  return [...list].sort((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id));
}

/** Whether a time lies in a range; an absent limit does not restrict. */
export function isWithin(at: string, after: string | undefined, before: string | undefined): boolean {
  const time = Date.parse(at);
  return (!after || time >= Date.parse(after)) && (!before || time <= Date.parse(before));
}
