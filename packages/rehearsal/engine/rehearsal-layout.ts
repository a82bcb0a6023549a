import { join, resolve } from "node:path";
import { type ClusterLayout, clusterLayout } from "@timonier/control-plane/layout";
import { cacheRoot } from "@timonier/toolchain/cache";

/** Files of a user's rehearsal cluster. */
export interface RehearsalLayout {
  readonly root: string;
  /** Links to the tools, when no other folder is given. */
  readonly bin: string;
  /** Lock that admits one rehearsal at a time. */
  readonly lock: string;
  /** Record of ports, versions and the base that the cluster holds. */
  readonly record: string;
  readonly cluster: ClusterLayout;
  /** etcd's data, as kwokctl places it. */
  readonly etcd: string;
  /** Programs, logs, artifacts and temporary files of the Flux controllers. */
  readonly flux: string;
  readonly artifacts: string;
  /** One folder for each stored base: etcd's data, artifacts, state. */
  readonly bases: string;
  /** Bare repositories that are served to the source-controller. */
  readonly repositories: string;
  /** Variables with which the Flux controllers reach the network. */
  readonly network: string;
  readonly keeperPid: string;
  readonly keeperLog: string;
}

/** `TIMONIER_REHEARSAL`, else `rehearsal` in the folder of the tools' cache. */
export function rehearsalRoot(env: NodeJS.ProcessEnv): string {
  return resolve(env.TIMONIER_REHEARSAL ?? join(cacheRoot(env), "rehearsal"));
}

export function rehearsalLayout(root: string): RehearsalLayout {
  // The folder and its record keep the name of earlier versions, so that a cluster of one is found and replaced.
  const cluster = clusterLayout(join(root, "plane"));
  const flux = join(cluster.dir, "flux");
  return {
    root,
    bin: join(root, "bin"),
    lock: join(root, "lock"),
    record: join(root, "plane.json"),
    cluster,
    etcd: join(cluster.controlPlane, "etcd"),
    flux,
    artifacts: join(flux, "artifacts"),
    bases: join(root, "bases"),
    repositories: join(root, "repositories"),
    network: join(root, "network.json"),
    keeperPid: join(root, "keeper.json"),
    keeperLog: join(root, "keeper.log"),
  };
}
