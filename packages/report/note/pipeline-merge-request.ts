/** Environment of a job. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a pipeline's variables say about its merge request. */
export interface PipelineMergeRequest {
  readonly project: string | undefined;
  readonly mergeRequest: number | undefined;
  /** Head of the source branch. */
  readonly headSha: string | undefined;
  /** The commit of a merged results pipeline or a merge train. */
  readonly mergedSha: string | undefined;
  /** ISO 8601. The head was pushed before it. */
  readonly pipelineCreatedAt: string | undefined;
  readonly url: string | undefined;
  readonly caFile: string | undefined;
  /** A token that may write notes. The job token may not. */
  readonly token: string | undefined;
}

/**
 * Reads the predefined variables, and those that `pulumi up` sets for a repository's pipelines.
 *
 * @see https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export function mergeRequestOf(environment: Environment): PipelineMergeRequest {
  const value = (...names: readonly string[]) => names.map((name) => environment[name]).find((text) => text);
  const number = Number(value("CI_MERGE_REQUEST_IID"));
  const commit = value("CI_COMMIT_SHA");
  const source = value("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
  return {
    project: value("CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID"),
    mergeRequest: Number.isInteger(number) && number > 0 ? number : undefined,
    // Only merged results pipelines have CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: their commit is GitLab's merge.
    headSha: source ?? commit,
    mergedSha: source !== undefined && source !== commit ? commit : undefined,
    pipelineCreatedAt: value("CI_PIPELINE_CREATED_AT"),
    url: value("CI_SERVER_URL", "GITLAB_URL"),
    caFile: value("TIMONIER_CA_FILE", "CI_SERVER_TLS_CA_FILE", "GITLAB_CA_FILE"),
    token: value("TIMONIER_NOTE_TOKEN", "GITLAB_TOKEN"),
  };
}
