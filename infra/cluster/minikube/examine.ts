import type { Finding } from "../../finding.js";
import type { ExamineContext } from "../cluster-kind.js";
import { examineExisting } from "../existing/examine.js";
import { inspectEngine, judgeEngine } from "./docker-host.js";
import { driverOf } from "./drivers.js";
import type { MinikubeConfig } from "./settings.js";
import { unownedKubeconfig } from "./unowned-profile.js";

/** What `timonier doctor` reports: the stack's own profile is created by `up`, any other one has to be usable. */
export async function examineMinikube(config: MinikubeConfig, context: ExamineContext): Promise<Finding[]> {
  const { stack, gitlabAddress, progress } = context;
  if (config.owned) return examineHostAddress(config, gitlabAddress);
  return examineExisting(context, () => unownedKubeconfig(stack, config, progress));
}

/**
 * Whether pods reach an embedded GitLab at the address that the driver is known for.
 *
 * @param gitlabAddress address of the embedded GitLab for pods. undefined: the GitLab is elsewhere
 */
export async function examineHostAddress(
  { driver }: Pick<MinikubeConfig, "driver">,
  gitlabAddress: string | undefined,
): Promise<Finding[]> {
  if (gitlabAddress === undefined || gitlabAddress !== driverOf(driver).hostAddress) return [];
  const finding = judgeEngine(await inspectEngine(driver));
  return finding ? [finding] : [];
}
