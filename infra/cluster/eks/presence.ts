import { UserError } from "@timonier/kit/user-error";
import type { CloudCluster } from "../cloud.js";
import { refused } from "./aws/api.js";
import { connectAws, describeCluster, type GatherOptions } from "./gather.js";

/**
 * Makes sure that a cluster whose API server does not answer does not exist: as long as it does,
 * load balancers and disks that it created would stay in the account and block the deletion of its
 * network.
 *
 * @throws UserError when AWS says that it exists, or cannot be asked
 */
export async function ensureGone({ name, region, profile }: CloudCluster, options: GatherOptions = {}): Promise<void> {
  let status: string | undefined;
  try {
    status = (await describeCluster(await connectAws({ region, profile }, options), name))?.status;
  } catch (error) {
    throw refused(error);
  }
  if (status === undefined) return;
  throw new UserError(
    `AWS says that the cluster is ${status}, and its API server does not answer here`,
    `EKS cluster ${name} in ${region}`,
    "run the command in a network that reaches it (setting eksPublicCidrs), with credentials that may enter it",
    { code: "TIM-315" },
  );
}
