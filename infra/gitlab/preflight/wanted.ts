import type { PlatformConfig } from "../../config.js";
import type { Wanted } from "./gitlab-facts.js";

/** Owner of the embedded stack's repositories. */
export const embeddedTeam = "platform";

/** What a stack's settings want of its GitLab. */
export function wantedOf(config: PlatformConfig): Wanted {
  const embedded = config.gitlab.kind === "embedded";
  return {
    namespace: embedded ? embeddedTeam : config.namespace,
    createNamespace: embedded || config.createNamespace,
    repositories: [config.setupRepository, config.applicationRepository],
    branch: config.branch,
    visibility: config.visibility,
    cluster: config.cluster.name,
    deletedProject: config.deletedProject,
    tier: config.gitlab.kind === "remote" ? config.gitlab.tier : "auto",
    webhookUrl: config.webhookUrl,
  };
}
