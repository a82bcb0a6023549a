import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { UserError } from "@timonier/kit/user-error";
import { mergeRequestOf, type PipelineMergeRequest } from "@timonier/report/note/pipeline-merge-request";

/** A merge request other than the pipeline's own. */
export interface MergeRequestOptions {
  readonly project?: string;
  readonly mergeRequest?: number;
}

/** A merge request, and a client of its GitLab. */
export interface ConnectedMergeRequest {
  readonly client: GitLab;
  readonly project: string;
  readonly mergeRequest: number;
  readonly headSha: string;
  readonly pipeline: PipelineMergeRequest;
}

/**
 * Connects to the merge request of this pipeline, or to the one that the options name.
 *
 * @returns undefined when there is no token, as in pipelines of forks
 * @throws UserError when the merge request or its GitLab is not known
 */
export function connectMergeRequest(options: MergeRequestOptions): ConnectedMergeRequest | undefined {
  const pipeline = mergeRequestOf(process.env);
  if (pipeline.token === undefined) return undefined;
  const { caFile } = pipeline;
  const url = need(pipeline.url, "the URL of GitLab", "CI_SERVER_URL", "run it in a pipeline, or export GITLAB_URL");
  return {
    client: connectGitLab({ url, token: pipeline.token, ...(caFile !== undefined && { caFile }) }),
    project: need(options.project ?? pipeline.project, "the project", "CI_PROJECT_ID", "name it: --project"),
    mergeRequest: need(
      options.mergeRequest ?? pipeline.mergeRequest,
      "the merge request",
      "CI_MERGE_REQUEST_IID",
      "run it in a merge request's pipeline, or name it: --merge-request",
    ),
    headSha: need(pipeline.headSha, "the commit", "CI_COMMIT_SHA", "run it in a pipeline, or export CI_COMMIT_SHA"),
    pipeline,
  };
}

function need<T>(value: T | undefined, what: string, variable: string, fix: string): T {
  if (value !== undefined) return value;
  throw new UserError(`${what} is not known`, `the variable ${variable}`, fix, { code: "TIM-704" });
}
