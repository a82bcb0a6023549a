import { badRequest } from "./problem.js";

/**
 * Longest life of an access token, in days.
 *
 * @see https://docs.gitlab.com/user/profile/personal_access_tokens/#access-token-expiration
 */
export const longestLife = 365;

const dayLength = 86_400_000;

/** The day so many days from now, YYYY-MM-DD. */
export function dayAfter(now: Date, days: number): string {
  return new Date(now.getTime() + days * dayLength).toISOString().slice(0, 10);
}

/**
 * The day on which a new access token expires.
 *
 * @param wanted the client's wish; undefined: as late as allowed
 * @throws Problem when it lies in the past or more than 365 days ahead
 */
export function tokenExpiry(now: Date, wanted: string | undefined, otherwise = longestLife): string {
  if (wanted === undefined) return dayAfter(now, otherwise);
  const day = wanted.slice(0, 10);
  if (day < dayAfter(now, 0)) throw badRequest("Expiration date must be in the future");
  if (day > dayAfter(now, longestLife))
    throw badRequest(`Expiration date must be before ${dayAfter(now, longestLife + 1)}`);
  return day;
}
