import * as pulumi from "@pulumi/pulumi";
import { stopAtFatal } from "../../finding.js";
import { type AwsApi, refused } from "./aws/api.js";
import type { EksFacts } from "./facts.js";
import { CLUSTER_TAG, connectAws, type GatherOptions, gatherEksFacts, logGroupArn, logGroupName } from "./gather.js";
import { checkWayIn, judgeEks } from "./judge.js";
import type { EksClusterConfig } from "./settings.js";

/** Retention of control-plane logs, in days. */
export const LOG_DAYS = 90;

/**
 * Asks AWS everything that the program has to know before it declares anything. A log group that
 * EKS left behind gets the stack's tags, so that Pulumi can import it; a preview changes nothing.
 *
 * @throws UserError the first problem to fix before `up`
 */
export async function prepareEks(
  name: string,
  config: EksClusterConfig,
  options: GatherOptions = {},
): Promise<EksFacts> {
  // Judged by the settings, so AWS is not asked.
  const closed = checkWayIn(config);
  if (closed) stopAtFatal([closed]);
  try {
    const facts = await gatherEksFacts(name, config, options);
    const findings = judgeEks(facts, config, Date.now());
    stopAtFatal(findings);
    for (const { subject, level, message, fix } of findings) {
      if (level === "warning") await pulumi.log.warn(`${subject}: ${message}${fix ? `; ${fix}` : ""}`);
    }
    if (facts.logGroup !== "there" || pulumi.runtime.isDryRun()) return facts;
    await claimLogGroup(await connectAws(config, options), name, config.tags);
    return { ...facts, logGroup: "claimed" };
  } catch (error) {
    throw refused(error);
  }
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
async function claimLogGroup(api: AwsApi, name: string, tags: EksClusterConfig["tags"]): Promise<void> {
  const resourceArn = await logGroupArn(api, name);
  const call = (operation: string, body: object) =>
    api.json({ service: "logs", target: `Logs_20140328.${operation}`, body });
  await call("PutRetentionPolicy", { logGroupName: logGroupName(name), retentionInDays: LOG_DAYS });
  await call("TagResource", { resourceArn, tags: { ...tags, [CLUSTER_TAG]: name } });
}
