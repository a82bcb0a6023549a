import type { PlatformConfig } from "../../config.js";
import { embeddedTeam } from "../settings.js";
import type { Wanted } from "./gitlab-facts.js";

/** What the settings of a stack need of its GitLab. */
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
