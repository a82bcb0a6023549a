import { ensureTools } from "@timonier/toolchain/ensure";
import { type Finding, findingOf } from "../../finding.js";
import type { ExamineContext } from "../cluster-kind.js";
import { gatherClusterFacts } from "./gather.js";
import { judgeCluster } from "./judge.js";
import type { ExistingClusterConfig } from "./settings.js";
import { singleContext } from "./single-context.js";

/** What has to be true before anything is created in a cluster that the stack does not own. */
export async function examineExisting(
  { wanted }: Pick<ExamineContext, "wanted">,
  kubeconfig: () => Promise<string>,
): Promise<Finding[]> {
  if (wanted === undefined) {
    const fix = "fix the findings about GitLab first";
    return [{ subject: "cluster", level: "warning", message: "not examined", fix }];
  }
  try {
    const [file, plan] = await Promise.all([kubeconfig(), wanted()]);
    return judgeCluster(await gatherClusterFacts(file, plan), plan);
  } catch (error) {
    return [findingOf(error)];
  }
}

/** The kubeconfig of the context that the settings name. */
export async function readKubeconfigOf(
  config: ExistingClusterConfig,
  { binDir, progress }: Pick<ExamineContext, "binDir" | "progress">,
): Promise<string> {
  const { kubectl } = await ensureTools(["kubectl"], { binDir, progress });
  return singleContext(kubectl, config);
}
