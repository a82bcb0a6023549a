import type { GitLab } from "../../core/gitlab-client.js";
import { get, maybe } from "./preflight/ask.js";

/** Level of a licence; Ultimate has all that Premium has. */
export type Tier = "free" | "premium";

/**
 * The licence's level, by what GitLab tells this token: that it is no Enterprise Edition, the plan of the namespace
 * (gitlab.com, to its owners), the licence itself (to administrators), or the group's approval settings, which only a
 * licence has (to its owners). What is not told counts as Free: what Free has works everywhere.
 *
 * @param namespace full path; empty: none exists yet
 * @see https://docs.gitlab.com/api/metadata/ https://docs.gitlab.com/api/namespaces/ https://docs.gitlab.com/api/license/
 * @see https://docs.gitlab.com/api/merge_request_approval_settings/
 */
export async function detectTier(client: GitLab, namespace: string): Promise<Tier> {
  const { enterprise } = (await client.Metadata.show()) as { enterprise?: boolean };
  if (enterprise === false) return "free";
  const path = encodeURIComponent(namespace);
  const [space, licence, approvals] = await Promise.all([
    path && maybe(get<{ plan?: string }>(client, `namespaces/${path}`)),
    maybe(get<{ plan?: string }>(client, "license")),
    path && maybe(get<object>(client, `groups/${path}/merge_request_approval_setting`)),
  ]);
  const plans = [space, licence].map((one) => (one ? one.plan : undefined) ?? "");
  return approvals || plans.some((plan) => /premium|ultimate|gold|silver/.test(plan)) ? "premium" : "free";
}
