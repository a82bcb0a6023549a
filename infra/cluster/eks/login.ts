import { parseArgs } from "node:util";
import { UserError } from "@timonier/kit/user-error";
import { findCredentials } from "./aws/credentials.js";
import { eksToken, execCredential } from "./aws/token.js";

/**
 * The login command in an EKS cluster's kubeconfig; infra/cluster/eks/login-command.ts writes the
 * script that runs it.
 */
async function login(): Promise<void> {
  const { values } = parseArgs({
    options: { cluster: { type: "string" }, region: { type: "string" }, profile: { type: "string" } },
  });
  const { cluster, region, profile } = values;
  if (!cluster || !region)
    throw new UserError("cluster and region are missing", "the arguments", "--cluster NAME --region REGION", {
      code: "TIM-314",
    });
  const credentials = await findCredentials({ region, profile });
  console.log(execCredential(await eksToken({ credentials, cluster, region, now: new Date() })));
}

await login().catch((error: unknown) => {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
});
