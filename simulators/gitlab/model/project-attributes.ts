import type { Kind } from "./params.js";

const access = ["disabled", "private", "enabled"] as const;
const publicAccess = ["disabled", "private", "enabled", "public"] as const;

/**
 * Attributes of a project, with what they may be and what new projects have. Those of features that
 * are not served (wikis, registries, runners) are stored and returned.
 *
 * @see https://docs.gitlab.com/api/projects/#edit-a-project
 */
export const projectAttributes: Readonly<Record<string, readonly [Kind, unknown]>> = {
  description: ["string", null],
  // Issues are not served.
  issues_access_level: [access, "disabled"],
  repository_access_level: [access, "enabled"],
  merge_requests_access_level: [access, "enabled"],
  forking_access_level: [access, "enabled"],
  wiki_access_level: [access, "enabled"],
  builds_access_level: [access, "enabled"],
  snippets_access_level: [access, "enabled"],
  pages_access_level: [publicAccess, "private"],
  analytics_access_level: [access, "enabled"],
  container_registry_access_level: [access, "enabled"],
  security_and_compliance_access_level: [access, "private"],
  releases_access_level: [access, "enabled"],
  environments_access_level: [access, "enabled"],
  feature_flags_access_level: [access, "enabled"],
  infrastructure_access_level: [access, "enabled"],
  monitor_access_level: [access, "enabled"],
  model_experiments_access_level: [access, "enabled"],
  model_registry_access_level: [access, "enabled"],
  package_registry_access_level: [publicAccess, "enabled"],
  requirements_access_level: [access, "enabled"],
  emails_disabled: ["boolean", false],
  emails_enabled: ["boolean", true],
  show_default_award_emojis: ["boolean", true],
  shared_runners_enabled: ["boolean", true],
  group_runners_enabled: ["boolean", true],
  resolve_outdated_diff_discussions: ["boolean", false],
  container_expiration_policy_attributes: [
    {
      needs: {},
      may: {
        cadence: "string",
        enabled: "boolean",
        keep_n: "integer",
        name_regex: "string",
        name_regex_delete: "string",
        name_regex_keep: "string",
        older_than: "string",
      },
    },
    undefined,
  ],
  lfs_enabled: ["boolean", true],
  request_access_enabled: ["boolean", true],
  service_desk_enabled: ["boolean", false],
  packages_enabled: ["boolean", true],
  public_builds: ["boolean", true],
  public_jobs: ["boolean", undefined],
  auto_devops_enabled: ["boolean", false],
  auto_devops_deploy_strategy: [["continuous", "manual", "timed_incremental"], "continuous"],
  autoclose_referenced_issues: ["boolean", true],
  keep_latest_artifact: ["boolean", true],
  max_artifacts_size: ["integer", null],
  runner_token_expiration_interval: ["integer", null],
  build_git_strategy: [["fetch", "clone"], "fetch"],
  build_timeout: ["integer", 3600],
  auto_cancel_pending_pipelines: [["enabled", "disabled"], "enabled"],
  ci_config_path: ["string", ""],
  ci_default_git_depth: ["integer", 20],
  ci_delete_pipelines_in_seconds: ["integer", null],
  ci_forward_deployment_enabled: ["boolean", true],
  ci_forward_deployment_rollback_allowed: ["boolean", true],
  ci_separated_caches: ["boolean", true],
  ci_allow_fork_pipelines_to_run_in_parent_project: ["boolean", true],
  ci_display_pipeline_variables: ["boolean", false],
  ci_id_token_sub_claim_components: ["strings", ["project_path", "ref_type", "ref"]],
  ci_push_repository_for_job_token_allowed: ["boolean", false],
  ci_job_token_scope_enabled: ["boolean", false],
  ci_pipeline_variables_minimum_override_role: [
    ["no_one_allowed", "developer", "maintainer", "owner"],
    "no_one_allowed",
  ],
  ci_restrict_pipeline_cancellation_role: [["developer", "maintainer", "no_one"], "developer"],
  restrict_user_defined_variables: ["boolean", true],
  resource_group_default_process_mode: ["string", "unordered"],
  protect_merge_request_pipelines: ["boolean", true],
  allow_pipeline_trigger_approve_deployment: ["boolean", false],
  merge_method: [["merge", "rebase_merge", "ff"], "merge"],
  squash_option: [["never", "always", "default_on", "default_off"], "default_off"],
  only_allow_merge_if_pipeline_succeeds: ["boolean", false],
  only_allow_merge_if_all_discussions_are_resolved: ["boolean", false],
  allow_merge_on_skipped_pipeline: ["boolean", false],
  remove_source_branch_after_merge: ["boolean", true],
  printing_merge_request_link_enabled: ["boolean", true],
  enforce_auth_checks_on_uploads: ["boolean", true],
  suggestion_commit_message: ["string", null],
  merge_commit_template: ["string", null],
  squash_commit_template: ["string", null],
  issue_branch_template: ["string", null],
  issues_template: ["string", null],
  merge_requests_template: ["string", null],
  merge_pipelines_enabled: ["boolean", false],
  merge_trains_enabled: ["boolean", false],
  merge_trains_skip_train_allowed: ["boolean", false],
  merge_request_title_regex: ["string", null],
  merge_request_title_regex_description: ["string", null],
  mr_default_target_self: ["boolean", false],
  auto_duo_code_review_enabled: ["boolean", false],
  pre_receive_secret_detection_enabled: ["boolean", false],
  prevent_merge_without_jira_issue: ["boolean", false],
  external_authorization_classification_label: ["string", null],
  approvals_before_merge: ["integer", 0],
  mirror: ["boolean", false],
  import_url: ["string", null],
  topics: ["strings", []],
};

/** Old switches and the access level that each stands for. */
export const oldSwitches: Readonly<Record<string, string>> = {
  issues_enabled: "issues_access_level",
  merge_requests_enabled: "merge_requests_access_level",
  wiki_enabled: "wiki_access_level",
  jobs_enabled: "builds_access_level",
  snippets_enabled: "snippets_access_level",
  container_registry_enabled: "container_registry_access_level",
  security_and_compliance_enabled: "security_and_compliance_access_level",
};

/**
 * Attributes that would change what is served, and have no effect here: shown with their defaults,
 * and refused when a client sets them.
 */
const unserved = [
  "auto_duo_code_review_enabled",
  "external_authorization_classification_label",
  "import_url",
  "merge_pipelines_enabled",
  "merge_trains_enabled",
  "merge_trains_skip_train_allowed",
  "mirror",
  "pre_receive_secret_detection_enabled",
  "prevent_merge_without_jira_issue",
  "resolve_outdated_diff_discussions",
  "service_desk_enabled",
];

/** Parameters for the table, as a route wants them. */
export const projectParams: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(
    Object.entries(projectAttributes)
      .filter(([name]) => !unserved.includes(name))
      .map(([name, [kind]]) => [name, kind]),
  ),
  ...Object.fromEntries(Object.keys(oldSwitches).map((name) => [name, "boolean" as const])),
};

/** What a client gave, in the attributes that are kept. */
export function keptAttributes(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, level] of Object.entries(oldSwitches)) {
    if (values[name] !== undefined) kept[level] = values[name] ? "enabled" : "disabled";
  }
  for (const name of Object.keys(projectAttributes)) if (values[name] !== undefined) kept[name] = values[name];
  return kept;
}
