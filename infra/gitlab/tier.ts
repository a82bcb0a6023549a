import type { GitLab } from "../../core/gitlab-client.js";
import { GitLabError } from "../../core/gitlab-error.js";

/** Level of a licence; Ultimate has all that Premium has. */
export type Tier = "free" | "premium";

/**
 * The licence's level, by what GitLab tells this token: that it is no Enterprise Edition, the plan of the namespace
 * (gitlab.com, to its owners), the licence itself (to administrators). What is not told counts as Free: what Free has
 * works everywhere.
 *
 * @param namespace full path; empty: none exists yet
 * @see https://docs.gitlab.com/api/metadata/ https://docs.gitlab.com/api/namespaces/ https://docs.gitlab.com/api/license/
 */
export async function detectTier(client: GitLab, namespace: string): Promise<Tier> {
  const { enterprise } = (await client.Metadata.show()) as { enterprise?: boolean };
  if (enterprise === false) return "free";
  const plans = await Promise.all([
    namespace === "" ? undefined : told(client, `namespaces/${encodeURIComponent(namespace)}`),
    told(client, "license"),
  ]);
  return plans.some((plan) => plan !== undefined && /premium|ultimate|gold|silver/.test(plan)) ? "premium" : "free";
}

/** The attribute `plan` of an answer; undefined where it is not for this token to know. */
async function told(client: GitLab, path: string): Promise<string | undefined> {
  try {
    const { body } = await client.requester.get<{ plan?: string }>(path);
    return body.plan;
  } catch (error) {
    if (error instanceof GitLabError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}
