/**
 * Variable with the path of Pulumi's official plugin.
 * simulators/gitlab-provider/pulumi-resource-gitlab starts that one if it is set.
 */
export const OFFICIAL_PLUGIN = "TIMONIER_GITLAB_PLUGIN";

/** Whether Pulumi's official plugin is used for the stack's GitLab. */
export function isOfficialPlugin(env: NodeJS.ProcessEnv = process.env): boolean {
  return (env[OFFICIAL_PLUGIN] ?? "") !== "";
}
