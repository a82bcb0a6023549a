import { Problem } from "../model/problem.js";

/** Counts requests of one caller in fixed minutes. */
export type RateLimiter = (caller: string, now: Date) => Record<string, string>;

/**
 * A limiter that returns the headers of each answer.
 *
 * @param limit requests a minute; 0 for none, and then no header either: a client slows itself down when it sees one
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
 */
export function rateLimiter(limit: number): RateLimiter {
  const seen = new Map<string, number>();
  let minute = 0;
  return (caller, now) => {
    if (limit === 0) return {};
    const current = Math.floor(now.getTime() / 60_000);
    if (current !== minute) seen.clear();
    minute = current;
    const observed = (seen.get(caller) ?? 0) + 1;
    seen.set(caller, observed);
    const reset = new Date((current + 1) * 60_000);
    const headers = {
      "ratelimit-name": "throttle_authenticated_api",
      "ratelimit-limit": String(limit),
      "ratelimit-observed": String(observed),
      "ratelimit-remaining": String(Math.max(0, limit - observed)),
      "ratelimit-reset": String(reset.getTime() / 1000),
      "ratelimit-resettime": reset.toUTCString(),
    };
    if (observed <= limit) return headers;
    const wait = Math.ceil((reset.getTime() - now.getTime()) / 1000);
    throw new Problem(429, "Retry later\n", { ...headers, "retry-after": String(wait), "content-type": "text/plain" });
  };
}
