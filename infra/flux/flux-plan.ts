import type { ObjectRef } from "@timonier/kit/kube-discovery";
import { fluxSystem, gotkSync } from "@timonier/manifests/gotk-sync";
import { sourceName } from "../../apps/delivery.js";
import { imageAutomation } from "../../apps/images.js";
import { clusterFolder } from "../../apps/main.js";
import type { Settings } from "../../apps/settings.js";
import type { WantedInCluster } from "../cluster/existing/facts.js";
import type { PlatformConfig } from "../config.js";
import { type Manifest, manifestsOf, refsOf } from "./manifests.js";

/** What Flux will have in a cluster. Known before anything is created. */
export interface FluxPlan {
  /** Folder of the cluster in the setup repository. */
  readonly path: string;
  /** Text of `gotk-sync.yaml`. */
  readonly sync: string;
  /**
   * Objects to search for in a cluster that stays. A function, because other kinds of clusters do
   * not need them.
   */
  readonly wanted: () => WantedInCluster;
}

/**
 * Plans Flux for the cluster of a stack.
 *
 * @param url URL of the setup repository
 * @param components objects of `gotk-components.yaml`
 */
export function planFlux(
  config: PlatformConfig,
  url: string,
  { delivery: { namespace } }: Settings,
  components: readonly Manifest[],
): FluxPlan {
  const cluster = config.cluster.name;
  const path = clusterFolder(cluster);
  const sync = gotkSync({ url, branch: config.branch, path });
  const secret = (space: string, name: string): ObjectRef => ({
    ...{ apiVersion: "v1", kind: "Secret", namespace: space, name },
  });
  const secrets = [
    secret(fluxSystem, fluxSystem),
    secret(namespace, sourceName),
    ...(config.imageAutomation ? [secret(namespace, imageAutomation)] : []),
  ];
  const wanted = () => ({
    cluster,
    url,
    path,
    components: refsOf(components),
    sync: refsOf(manifestsOf(sync)),
    secrets,
  });
  return { path, sync, wanted };
}
