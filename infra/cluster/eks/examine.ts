import { type Finding, findingOf } from "../../finding.js";
import { refused } from "./aws/api.js";
import { type GatherOptions, gatherEksFacts } from "./gather.js";
import { checkWayIn, judgeEks } from "./judge.js";
import type { EksClusterConfig } from "./settings.js";

/** What AWS says about the account and the cluster. */
export async function examineEks(
  name: string,
  config: EksClusterConfig,
  options: GatherOptions = {},
): Promise<Finding[]> {
  const closed = checkWayIn(config);
  const first = closed ? [closed] : [];
  try {
    return [...first, ...judgeEks(await gatherEksFacts(name, config, options), config, Date.now())];
  } catch (error) {
    return [...first, findingOf(refused(error))];
  }
}
