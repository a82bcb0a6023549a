import type { GitLab } from "@timonier/kit/gitlab-client";
import { get, maybe } from "./preflight/ask.js";

/**
 * Level of a licence; Ultimate has all that Premium has. `trial`: Premium's, but for project access tokens. `unknown`: GitLab
 * does not show it to the token, so what Free has is used.
 */
export type Tier = "free" | "premium" | "trial" | "unknown";

interface Namespace {
  readonly plan?: string;
  readonly trial?: boolean;
}

/**
 * The licence's level, by what GitLab shows to this token: that it is no Enterprise Edition, the plan of the namespace
 * (gitlab.com, to its owners), the licence itself (to administrators), or the group's approval settings, which only a
 * licence has (to its owners).
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
    path && maybe(get<Namespace>(client, `namespaces/${path}`)),
    maybe(get<{ plan?: string }>(client, "license")),
    path && maybe(get<object>(client, `groups/${path}/merge_request_approval_setting`)),
  ]);
  return tierOf(space || undefined, licence, Boolean(approvals));
}

/** The same, from the answers. @param approvals whether the group's approval settings are shown */
export function tierOf(space: Namespace | undefined, licence: { plan?: string } | undefined, approvals: boolean): Tier {
  const plans = [space?.plan, licence?.plan].filter((plan) => plan !== undefined && plan !== "");
  // The trial of somebody who pays already takes nothing away.
  if (plans.some((plan) => /_trial$/.test(plan ?? "")) || (space?.trial && !/_paid_/.test(space.plan ?? "")))
    return "trial";
  if (approvals || plans.some((plan) => /premium|ultimate|gold|silver/.test(plan ?? ""))) return "premium";
  return plans.length > 0 || licence !== undefined ? "free" : "unknown";
}
