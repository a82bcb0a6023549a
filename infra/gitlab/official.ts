/** Variable with the path of the official plugin: simulators/gitlab-provider/pulumi-resource-gitlab hands over to it. */
export const OFFICIAL_PLUGIN = "TIMONIER_GITLAB_PLUGIN";

/** Whether the official plugin works on the stack's GitLab. */
export function isOfficialPlugin(env: NodeJS.ProcessEnv = process.env): boolean {
  return (env[OFFICIAL_PLUGIN] ?? "") !== "";
}
