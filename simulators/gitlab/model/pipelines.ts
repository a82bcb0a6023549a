import type { State } from "./server-state.js";
import type { CommitStatus, JobStatus, Pipeline } from "./types/automation.js";
import type { MergeRequest } from "./types/merge-requests.js";

/** A project's pipelines that fit, newest first. */
export function pipelinesOf(
  state: State,
  projectId: number,
  wish: { readonly sha?: string | undefined; readonly ref?: string | undefined; readonly id?: number | undefined } = {},
): Pipeline[] {
  return state.pipelines
    .filter(
      (each) =>
        each.projectId === projectId &&
        (wish.sha === undefined || each.sha === wish.sha) &&
        (wish.ref === undefined || each.ref === wish.ref) &&
        (wish.id === undefined || each.id === wish.id),
    )
    .reverse();
}

/** A merge request's pipeline for one head: the newest one of its branch, as GitLab's head pipeline. */
export function pipelineOf(state: State, request: MergeRequest, head: string): Pipeline | undefined {
  return pipelinesOf(state, request.projectId, { sha: head, ref: request.sourceBranch })[0];
}

/** A pipeline's jobs; the last run of each. */
export function jobsOf(state: State, pipeline: Pipeline): CommitStatus[] {
  return state.commitStatuses.filter((each) => each.pipelineId === pipeline.id && !each.retried);
}

/**
 * The status of a pipeline, from its jobs.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/gitlab/ci/status/composite.rb
 */
export function pipelineStatus(state: State, pipeline: Pipeline): JobStatus {
  const seen = new Set(jobsOf(state, pipeline).map(({ status }) => status));
  const only = (...list: JobStatus[]) => [...seen].every((status) => list.includes(status));
  if (only("skipped")) return "skipped";
  if (only("success", "skipped")) return "success";
  if (only("canceled", "success", "skipped")) return "canceled";
  if (only("pending", "skipped")) return "pending";
  return seen.has("running") || seen.has("pending") ? "running" : "failed";
}

/** The status of a job before its first report. */
type Before = JobStatus | "created";

const events: Readonly<Record<JobStatus, { readonly name: string; readonly from: readonly Before[] }>> = {
  pending: { name: "enqueue", from: ["created", "skipped"] },
  running: { name: "run", from: ["pending"] },
  success: { name: "success", from: ["created", "pending", "running"] },
  failed: { name: "drop", from: ["created", "pending", "running"] },
  canceled: { name: "cancel", from: ["created", "pending", "running"] },
  skipped: { name: "skip", from: ["created", "pending"] },
};

/** Why a job cannot go from one state to another, in GitLab's words; undefined when it can. */
export function transitionError(from: Before, to: JobStatus): string | undefined {
  // A new job that is reported as running counts as queued before.
  const at = to === "running" && from === "created" ? "pending" : from;
  const { name, from: allowed } = events[to];
  if (allowed.includes(at)) return undefined;
  return `Cannot transition status via :${name} from :${at} (Reason(s): Status cannot transition via "${name}")`;
}
