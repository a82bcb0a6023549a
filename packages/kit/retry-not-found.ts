import pRetry from "p-retry";
import { isGone } from "./gitlab-error.js";

/**
 * Does something with what was made a moment ago: GitLab answers 404 until each of its databases knows it.
 *
 * A 404 that stays costs three and a half seconds, and is then thrown as it is.
 *
 * @see https://docs.gitlab.com/administration/postgresql/database_load_balancing/
 */
export function withJustMade<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return pRetry(work, {
    retries: 3,
    minTimeout: 500,
    factor: 2,
    shouldRetry: ({ error }) => isGone(error),
    ...(signal && { signal }),
  });
}
