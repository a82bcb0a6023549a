import type { GitLab } from "@timonier/kit/gitlab-client";
import { get, maybe } from "./preflight/ask.js";

/**
 * Tier of GitLab. `premium` includes Ultimate. `trial` is Premium without project access tokens.
 * `unknown`: GitLab does not show the tier to the token, so only features of Free are used.
 */
export type Tier = "free" | "premium" | "trial" | "unknown";

interface Namespace {
  readonly plan?: string;
  readonly trial?: boolean;
}

/**
 * Finds the tier by what GitLab shows to this token: the edition, the plan of the namespace
 * (gitlab.com, to owners), the licence (to administrators), or the approval settings of the group
 * (to owners, with a licence only).
 *
 * @param namespace full path; empty if it does not exist yet
 * @see https://docs.gitlab.com/api/metadata/ https://docs.gitlab.com/api/namespaces/
 *   https://docs.gitlab.com/api/license/
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

/**
 * The tier, from GitLab's answers.
 *
 * @param approvals whether the approval settings of the group are shown
 */
export function tierOf(space: Namespace | undefined, licence: { plan?: string } | undefined, approvals: boolean): Tier {
  const plans = [space?.plan, licence?.plan].filter((plan) => plan !== undefined && plan !== "");
  // A trial of a higher tier does not remove features from a paid plan.
  if (plans.some((plan) => /_trial$/.test(plan ?? "")) || (space?.trial && !/_paid_/.test(space.plan ?? "")))
    return "trial";
  if (approvals || plans.some((plan) => /premium|ultimate|gold|silver/.test(plan ?? ""))) return "premium";
  return plans.length > 0 || licence !== undefined ? "free" : "unknown";
}
