import type { Context } from "../http/server-context.js";
import { jobsOf, pipelineStatus } from "../model/pipelines.js";
import { rulesFor } from "../model/protection.js";
import type { CommitStatus, JobStatus, Pipeline } from "../model/types/automation.js";
import type { Project } from "../model/types/projects.js";
import { projectUrl } from "./commit.js";
import { userById } from "./user.js";

/** A pipeline in a list. */
export function pipelineView(context: Context, project: Project, pipeline: Pipeline): Record<string, unknown> {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: project.id,
    sha: pipeline.sha,
    ref: pipeline.ref,
    status: pipelineStatus(context.store.state, pipeline),
    source: "external",
    created_at: pipeline.createdAt,
    updated_at: pipeline.updatedAt,
    web_url: `${projectUrl(context, project)}/-/pipelines/${pipeline.id}`,
    name: null,
  };
}

const ended: readonly JobStatus[] = ["success", "failed", "canceled", "skipped"];

/** One pipeline with all that is known. */
export function fullPipelineView(context: Context, project: Project, pipeline: Pipeline): Record<string, unknown> {
  const jobs = jobsOf(context.store.state, pipeline);
  const status = pipelineStatus(context.store.state, pipeline);
  const starts = jobs.flatMap(({ startedAt }) => startedAt ?? []).sort();
  const ends = jobs.flatMap(({ finishedAt }) => finishedAt ?? []).sort();
  const [started = null] = starts;
  const finished = ended.includes(status) ? (ends.at(-1) ?? null) : null;
  return {
    ...pipelineView(context, project, pipeline),
    before_sha: "0".repeat(40),
    tag: false,
    yaml_errors: null,
    user: userById(context, pipeline.userId),
    started_at: started,
    finished_at: finished,
    committed_at: null,
    duration: started && finished ? Math.round((Date.parse(finished) - Date.parse(started)) / 1000) : null,
    queued_duration: null,
    coverage: null,
    protected: rulesFor(context.store.state, project, pipeline.ref).length > 0,
    detailed_status: {
      icon: `status_${status}`,
      text: status,
      label: status,
      group: status,
      tooltip: status,
      has_details: false,
      details_path: null,
      illustration: null,
      favicon: null,
    },
  };
}

/** One job of an external pipeline. */
export function statusView(context: Context, project: Project, status: CommitStatus): Record<string, unknown> {
  return {
    id: status.id,
    sha: status.sha,
    ref: status.ref,
    status: status.status,
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: status.createdAt,
    started_at: status.startedAt ?? null,
    finished_at: status.finishedAt ?? null,
    allow_failure: false,
    coverage: status.coverage ?? null,
    pipeline_id: status.pipelineId ?? null,
    author: userById(context, status.authorId),
    project_url: projectUrl(context, project),
  };
}
