import type { Repositories } from "../merge-request/destination.js";
import type { ReadCredential } from "../merge-request/repository-clone.js";

/**
 * Credential for reading the repositories, from the environment: TIMONIER_READ_TOKEN, or in a
 * pipeline of the same GitLab the job token.
 *
 * @returns undefined where the environment has neither
 * @see https://docs.gitlab.com/ci/jobs/ci_job_token/
 */
export function credentialOf(
  env: NodeJS.ProcessEnv,
  { gitlab, gitlabUrl }: Pick<Repositories, "gitlab" | "gitlabUrl">,
): ReadCredential | undefined {
  if (env.TIMONIER_READ_TOKEN) return { user: env.TIMONIER_READ_USER || "oauth2", token: env.TIMONIER_READ_TOKEN };
  const here = gitlab === "remote" && env.CI_SERVER_URL === gitlabUrl;
  if (here && env.CI_JOB_TOKEN && !env.GITLAB_TOKEN) return { user: "gitlab-ci-token", token: env.CI_JOB_TOKEN };
  return undefined;
}
