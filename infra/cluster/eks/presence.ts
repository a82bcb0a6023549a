import { UserError } from "@timonier/kit/user-error";
import type { CloudCluster } from "../cloud.js";
import { refused } from "./aws/api.js";
import { connectAws, describeCluster, type GatherOptions } from "./gather.js";

/**
 * Makes sure that a cluster whose API server does not answer is gone: as long as it is there, load balancers and disks that
 * it made would stay in the account for ever, and in the way of its network's end.
 *
 * @throws UserError when AWS says that it is there, or cannot be asked
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
    "run the command where the network leads to it (setting eksPublicCidrs), with credentials that may enter it",
  );
}
