import { closest, distance } from "fastest-levenshtein";

/**
 * The known name that was probably meant. Near is one edit in three letters, so that `replcas` finds `replicas` and `color`
 * does not find `port`.
 *
 * @returns undefined when no name is near
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const near = known.length > 0 ? closest(name, known) : undefined;
  return near && distance(name.toLowerCase(), near.toLowerCase()) <= Math.ceil(near.length / 3) ? near : undefined;
}
