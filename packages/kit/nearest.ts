import { closest, distance } from "fastest-levenshtein";

/**
 * Finds the known name that a misspelled name means. At most one edit in three letters counts, so
 * that `replcas` finds `replicas`, and `color` does not find `port`.
 *
 * @returns undefined where no name is close enough
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const near = known.length > 0 ? closest(name, known) : undefined;
  return near && distance(name.toLowerCase(), near.toLowerCase()) <= Math.ceil(near.length / 3) ? near : undefined;
}
