import type { GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError, isGone } from "@timonier/kit/gitlab-error";

/** Body of the answer to a GET request. */
export async function get<T>(client: GitLab, path: string): Promise<T> {
  return (await client.requester.get<T & Record<string, unknown>>(path)).body;
}

/**
 * An answer.
 *
 * @returns undefined for status 403 and 404: it does not exist, or it is hidden from this token
 */
export async function maybe<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isGone(error) || (error instanceof GitLabError && error.status === 403)) return undefined;
    throw error;
  }
}
