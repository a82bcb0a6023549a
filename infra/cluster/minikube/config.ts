import { UserError } from "@timonier/kit/user-error";
import { type DriverName, driverOf } from "./drivers.js";

/** What runs containers in a node. */
export const runtimes = ["docker", "containerd", "cri-o"] as const;

/** Settings of a Minikube cluster, checked. */
export interface MinikubeConfig {
  /** Minikube's name of the cluster. */
  readonly profile: string;
  /** Whether the stack makes, changes and deletes the profile. false: it has to be there, and stays as it is. */
  readonly owned: boolean;
  /** Where the context of a profile is that the stack does not own. undefined: `~/.kube/config`. */
  readonly kubeconfigFile: string | undefined;
  readonly driver: DriverName;
  /** `1.35.1` */
  readonly kubernetesVersion: string;
  readonly runtime: (typeof runtimes)[number];
  readonly nodes: number;
  /** Of each node. */
  readonly cpus: number;
  /** Of each node, in MB. */
  readonly memory: number;
  /** Besides those that minikube always enables. */
  readonly addons: readonly string[];
  /** Address of a mirror for images. undefined: none. */
  readonly registryMirror: string | undefined;
  /** PEM file of one more authority that nodes trust. undefined: none. */
  readonly caFile: string | undefined;
}

/**
 * Refuses what a driver cannot do, before minikube is asked.
 *
 * @throws UserError naming the setting
 */
export function checkMinikube(config: MinikubeConfig): MinikubeConfig {
  const driver = driverOf(config.driver);
  const refuse = (what: string, setting: string, fix: string) => {
    throw new UserError(`driver ${config.driver} ${what}`, `setting ${setting}`, fix);
  };
  if (!config.owned) return config;
  if (driver.profile !== undefined && config.profile !== driver.profile) {
    refuse(`knows the profile ${driver.profile} alone`, "minikubeProfile", `leave it empty, or ${driver.profile}`);
  }
  if (config.nodes > driver.nodes) refuse(`has at most ${driver.nodes} nodes`, "minikubeNodes", "ask for fewer");
  if (config.caFile !== undefined && !driver.provisions) {
    refuse("pulls images with the machine's own authorities", "minikubeCaFile", "add the authority to the machine's");
  }
  if (config.registryMirror !== undefined && (!driver.provisions || config.runtime !== "docker")) {
    throw new UserError(
      "minikube gives a registry mirror to the Docker daemon of nodes that it prepares, and to nothing else",
      "setting minikubeRegistryMirror",
      "minikubeRuntime docker with a driver other than none, or name the mirror in the runtime's own configuration",
    );
  }
  return config;
}
