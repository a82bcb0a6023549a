import type { PlatformConfig } from "../config.js";
import type { Finding } from "../finding.js";
import type { Connect, ExamineContext } from "./cluster-kind.js";
import { kindOf } from "./kinds.js";

/**
 * Checks what has to be true of a cluster before anything is declared or changed, in GitLab too.
 *
 * @returns the function that declares the cluster
 * @throws UserError the first problem to fix before `up`
 */
export function prepareCluster(config: PlatformConfig): Promise<Connect> {
  return kindOf(config.cluster).prepare(config.cluster, contextOf(config));
}

/** What `timonier doctor` reports about the cluster. */
export function examineCluster(
  config: PlatformConfig,
  context: Pick<ExamineContext, "binDir" | "progress" | "wanted">,
): Promise<Finding[]> {
  return kindOf(config.cluster).examine(config.cluster, { ...contextOf(config), ...context });
}

function contextOf({ stack, gitlab, imageAutomation }: PlatformConfig) {
  return { stack, imageAutomation, gitlabAddress: gitlab.kind === "embedded" ? gitlab.hostAddress : undefined };
}
