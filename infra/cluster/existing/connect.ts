import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import { ensureTools } from "@timonier/toolchain/ensure";
import writeFileAtomic from "write-file-atomic";
import { stopAtFatal } from "../../finding.js";
import { logProgress } from "../../log-progress.js";
import { type Cluster, OWNER_ANNOTATION } from "../cluster.js";
import { kubernetesProvider } from "../kubernetes-provider.js";
import type { WantedInCluster } from "./facts.js";
import { gatherClusterFacts } from "./gather.js";
import { judgeCluster } from "./judge.js";
import type { ExistingClusterConfig } from "./settings.js";
import { singleContext } from "./single-context.js";

/**
 * A cluster that the stack did not create, after a check that the stack can create everything in it.
 *
 * @throws UserError the first problem to fix before `up`
 */
export async function existingCluster(
  stack: string,
  config: ExistingClusterConfig,
  wanted: WantedInCluster,
): Promise<Cluster> {
  const { kubectl } = await ensureTools(["kubectl"], { binDir: new StateFolder().bin, progress: logProgress });
  return unownedCluster("existing", stack, await singleContext(kubectl, config), wanted);
}

/**
 * A cluster that the stack does not own, of any kind.
 *
 * @param kubeconfig with certificates as data and not as files
 * @throws UserError the first problem to fix before `up`
 */
export async function unownedCluster(
  kind: "existing" | "minikube",
  stack: string,
  kubeconfig: string,
  wanted: WantedInCluster,
): Promise<Cluster> {
  const state = new StateFolder();
  const facts = await gatherClusterFacts(kubeconfig, wanted);
  stopAtFatal(judgeCluster(facts, wanted));
  // `timonier env` points to this file, for every kind of cluster.
  const folder = stackClusterFolder(state, stack);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 });
  const secret = pulumi.secret(kubeconfig);
  return {
    kind,
    name: wanted.cluster,
    kubeconfig: secret,
    identity: pulumi.output(facts.identity),
    provider: kubernetesProvider(secret, facts.identity),
    kubernetesVersion: pulumi.output(facts.kubernetesVersion),
    owned: undefined,
    receiver: undefined,
    ownerAnnotations: { [OWNER_ANNOTATION]: wanted.cluster },
    preexisting: facts.preexisting,
  };
}
