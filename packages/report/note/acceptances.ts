import type { GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import { type Acceptance, type GateRule, gateRules } from "../gate.js";

/** The part of the GitLab client that is used. */
export type AcceptanceClient = Pick<GitLab, "MergeRequestApprovals" | "MergeRequests">;

/** How people can accept what the gate found. */
export const acceptanceWays = ["label", "approval"] as const;

export type AcceptanceWay = (typeof acceptanceWays)[number];

/** Which merge request is read, and what counts as acceptance. */
export interface AcceptanceOptions {
  readonly project: number | string;
  readonly mergeRequest: number;
  /** Head that the report is about: acceptance of another head does not count. */
  readonly headSha: string;
  readonly ways: readonly AcceptanceWay[];
  /** When the head's pipeline was created, for a GitLab that does not report when the head was pushed; ISO 8601. */
  readonly pipelineCreatedAt?: string;
}

/**
 * The label that accepts a rule: `timonier:accept-data-loss`. One colon: with two, GitLab allows one of them at a time.
 *
 * @see https://docs.gitlab.com/user/project/labels/#scoped-labels
 */
export function acceptLabel(rule: GateRule): string {
  return `timonier:accept-${rule}`;
}

/**
 * Acceptances on a merge request: a label accepts one rule, and an approval by another user than
 * the author, given after the head was pushed, accepts all of them. A head that has changed
 * meanwhile has none.
 */
export async function acceptances(
  client: AcceptanceClient,
  options: AcceptanceOptions,
): Promise<readonly Acceptance[]> {
  const { project, mergeRequest, headSha, ways } = options;
  const request = await client.MergeRequests.show(project, mergeRequest);
  if (request.sha !== headSha) return [];
  const labels = ways.includes("label") ? (request.labels as readonly (string | { name: string })[]) : [];
  const names = new Set(labels.map((label) => (typeof label === "string" ? label : label.name)));
  const labelled = gateRules
    .filter((rule) => names.has(acceptLabel(rule)))
    .map((rule): Acceptance => ({ rules: [rule], by: `the label ${acceptLabel(rule)}` }));
  if (!ways.includes("approval")) return labelled;
  const approver = await approverOf(client, options, request.author.id);
  return approver === undefined ? labelled : [...labelled, { rules: gateRules, by: `the approval of ${approver}` }];
}

async function approverOf(client: AcceptanceClient, options: AcceptanceOptions, author: number) {
  const { project, mergeRequest } = options;
  const pushed = await pushedAt(client, options);
  if (pushed === undefined) return undefined;
  const { approved_by } = (await client.MergeRequestApprovals.showConfiguration(project, {
    mergerequestIId: mergeRequest,
  })) as unknown as { approved_by?: readonly { user: { id: number; username: string }; approved_at?: string }[] };
  return (approved_by ?? []).find(
    ({ user, approved_at }) => user.id !== author && approved_at !== undefined && Date.parse(approved_at) >= pushed,
  )?.user.username;
}

/**
 * When the head was pushed, in milliseconds since the epoch.
 *
 * @returns undefined when that is not known: then no approval counts
 */
async function pushedAt(client: AcceptanceClient, options: AcceptanceOptions): Promise<number | undefined> {
  const { project, mergeRequest, headSha, pipelineCreatedAt } = options;
  const versions = await client.MergeRequests.allDiffVersions(project, mergeRequest).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  const times = versions
    .filter(({ head_commit_sha }) => head_commit_sha === headSha)
    .map(({ created_at }) => Date.parse(created_at));
  const time = times.length > 0 ? Math.max(...times) : Date.parse(pipelineCreatedAt ?? "");
  return Number.isNaN(time) ? undefined : time;
}
