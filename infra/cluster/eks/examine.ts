import { type Finding, findingOf } from "../../finding.js";
import { refused } from "./aws/api.js";
import { type GatherOptions, gatherEksFacts } from "./gather.js";
import { checkWayIn, judgeEks } from "./judge.js";
import { describePrices, gatherPrices } from "./prices.js";
import type { EksClusterConfig } from "./settings.js";

/** What AWS says about the account and the cluster, and what the stack costs in its region. */
export async function examineEks(
  name: string,
  config: EksClusterConfig,
  options: GatherOptions = {},
): Promise<Finding[]> {
  const closed = checkWayIn(config);
  const first = closed ? [closed] : [];
  try {
    const facts = await gatherEksFacts(name, config, options);
    const prices = await gatherPrices(config, options);
    const costs = prices ? [describePrices(config.region, prices)] : [];
    return [...first, ...judgeEks(facts, config, Date.now()), ...costs];
  } catch (error) {
    return [...first, findingOf(refused(error))];
  }
}
