import pRetry from "p-retry";
import { isGone } from "./gitlab-error.js";

/**
 * Retries requests to an object that was just created, because GitLab answers 404 until all its
 * database replicas have it.
 *
 * A persistent 404 is thrown after three and a half seconds.
 *
 * @see https://docs.gitlab.com/administration/postgresql/database_load_balancing/
 */
export function retryNotFound<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return pRetry(work, {
    retries: 3,
    minTimeout: 500,
    factor: 2,
    shouldRetry: ({ error }) => isGone(error),
    ...(signal && { signal }),
  });
}
