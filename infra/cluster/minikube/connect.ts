import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { logProgress } from "../../log-progress.js";
import { MinikubeProfile } from "../../resources/minikube-profile/resource.js";
import type { ProfileSpec } from "../../resources/minikube-profile/schema.js";
import type { Cluster } from "../cluster.js";
import { unownedCluster } from "../existing/connect.js";
import type { WantedInCluster } from "../existing/facts.js";
import { ownedCluster } from "../owned-cluster.js";
import type { MinikubeConfig } from "./settings.js";
import { unownedKubeconfig } from "./unowned-profile.js";

/**
 * A cluster by Minikube.
 *
 * @throws UserError for a profile that the stack does not own: the first problem to fix before `up`
 */
export async function minikubeCluster(
  stack: string,
  config: { readonly name: string } & MinikubeConfig,
  wanted: () => WantedInCluster,
): Promise<Cluster> {
  if (!config.owned) {
    return unownedCluster("minikube", stack, await unownedKubeconfig(stack, config, logProgress), wanted());
  }
  const cluster = new MinikubeProfile("cluster", specOf(stack, config));
  return ownedCluster({
    kind: "minikube",
    name: config.name,
    resource: cluster,
    kubeconfig: cluster.kubeconfig,
    identity: cluster.identity,
    kubernetesVersion: cluster.kubernetesVersion,
    startedAt: cluster.startedAt,
  });
}

/** @throws UserError when the authority's file does not exist */
function specOf(stack: string, config: MinikubeConfig): ProfileSpec {
  const { profile, driver, kubernetesVersion, runtime, nodes, cpus, memory, registryMirror, caFile } = config;
  return {
    ...{ stack, profile, driver, version: kubernetesVersion, runtime, nodes, cpus, memory },
    addons: [...config.addons],
    ...(registryMirror !== undefined && { registryMirror }),
    ...(caFile !== undefined && { extraCa: readAuthority(caFile) }),
  };
}

function readAuthority(named: string): string {
  const file = named.startsWith("~/") ? join(homedir(), named.slice(2)) : resolve(checkout, named);
  if (existsSync(file)) return readFileSync(file, "utf8");
  throw new UserError("the authority's file does not exist", file, "pulumi config set minikubeCaFile FILE", {
    code: "TIM-325",
  });
}
