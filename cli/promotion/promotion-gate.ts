import type { GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError } from "@timonier/kit/gitlab-error";
import { defaultGateRules, judgeGate } from "@timonier/report/gate";
import type { Report } from "@timonier/report/model";
import { acceptances } from "@timonier/report/note/acceptances";

/** Names of the commit statuses of a promotion. GitLab merges when both are successful, where a pipeline is required. */
export const gateStatus = "timonier/promotion";
const verdictStatus = "timonier/rehearsal";

/** A merge request of a promotion. */
export interface PromotionRequest {
  readonly client: GitLab;
  readonly project: string;
  readonly mergeRequest: number;
  readonly branch: string;
  readonly headSha: string;
}

/** Why a merge must wait, one line each; empty: it may be merged. */
export async function judgePromotion(request: PromotionRequest, report: Report): Promise<readonly string[]> {
  const alone = judgeGate(report, defaultGateRules, []);
  const { client, project, mergeRequest, headSha } = request;
  // Read acceptances only when they can open the gate.
  const accepted =
    alone.state === "shut"
      ? await acceptances(client, { project, mergeRequest, headSha, ways: ["label", "approval"] })
      : [];
  const { reasons } = judgeGate(report, defaultGateRules, accepted);
  const refused = reasons
    .filter(({ acceptedBy }) => acceptedBy === undefined)
    .flatMap(({ rule, what }) => what.map((one) => `${rule}: ${one}`));
  const waits = report.promotion?.waits ?? [];
  await setStatus(request, gateStatus, waits.length === 0 ? "success" : "pending", waits);
  await setStatus(request, verdictStatus, refused.length === 0 ? "success" : "failed", refused);
  return [...waits, ...refused];
}

/**
 * Lets GitLab merge when the statuses, and everything else that the project requires, are
 * successful.
 *
 * @returns what GitLab does, for people
 * @see https://docs.gitlab.com/user/project/merge_requests/auto_merge/
 */
export async function mergeWhenOpen({ client, project, mergeRequest, headSha }: PromotionRequest): Promise<string> {
  try {
    const options = { sha: headSha, autoMerge: true, shouldRemoveSourceBranch: true };
    const { state } = await client.MergeRequests.merge(project, mergeRequest, options);
    return state === "merged" ? `merged !${mergeRequest}` : `GitLab merges !${mergeRequest} when its gate opens`;
  } catch (error) {
    if (!(error instanceof GitLabError) || ![401, 405, 406, 422].includes(error.status ?? 0)) throw error;
    return `GitLab does not merge !${mergeRequest} by itself: ${error.words}`;
  }
}

/** GitLab's limit for the description of a status. */
const longest = 255;

/** @see https://docs.gitlab.com/api/commits/#set-commit-pipeline-status */
async function setStatus(
  { client, project, headSha, branch }: PromotionRequest,
  name: string,
  state: "pending" | "success" | "failed",
  reasons: readonly string[],
): Promise<void> {
  const description = (reasons.join("; ") || "open").slice(0, longest);
  const before = await statusOf(client, project, headSha, name);
  // GitLab refuses to set a status to pending that is pending.
  if (before?.state === state && (state === "pending" || before.description === description)) return;
  await client.Commits.editStatus(project, headSha, state, { name, ref: branch, description });
}

/** A commit status as GitLab shows it. */
export interface PromotionStatus {
  readonly state: string;
  readonly description: string;
}

/** The newest status of a name on a commit. @returns undefined where there is none */
export async function statusOf(
  client: Pick<GitLab, "Commits">,
  project: string,
  sha: string,
  name: string,
): Promise<PromotionStatus | undefined> {
  const all = await client.Commits.allStatuses(project, sha, { name });
  const found = all.find((one) => one.name === name);
  return found && { state: found.status, description: found.description ?? "" };
}
