import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";
import { flag, listOf, oneOf, type Values, wholeNumber } from "../../setting-fields.js";
import { type ExistingClusterConfig, existingConfig, type existingSettings } from "../existing/settings.js";
import { driverNames, driverOf } from "./drivers.js";

/** Settings of a Minikube cluster. */
export const minikubeSettings = z.object({
  minikubeProfile: z
    .string()
    .regex(/^([a-zA-Z0-9][a-zA-Z0-9-]+)?$/, "letters, digits and '-', two at least")
    .default("")
    .describe(
      "Name of the Minikube profile. Empty: the cluster's name; with driver none, which has one profile only: minikube.",
    ),
  minikubeOwned: flag()
    .default(true)
    .describe(
      "Whether the stack creates, changes and deletes the profile. false: the profile must exist, and is used like an existing cluster.",
    ),
  minikubeDriver: oneOf(...driverNames)
    .default("docker")
    .describe(
      "none (this machine itself, as root), docker, podman, kvm2, virtualbox, qemu2, vfkit, krunkit or hyperkit (deprecated).",
    ),
  minikubeVersion: z
    .string()
    .regex(/^1\.\d+\.\d+$/, "a version such as 1.35.1")
    .default("1.35.1")
    .describe(
      "Kubernetes version of a Minikube cluster. A newer version upgrades the cluster, an older one recreates it.",
    ),
  minikubeRuntime: oneOf("docker", "containerd", "cri-o")
    .default("docker")
    .describe("Container runtime of the nodes: docker, containerd or cri-o."),
  minikubeNodes: wholeNumber(1, 10).default(1).describe("Number of nodes, including the control plane."),
  minikubeCpus: wholeNumber(2, 256)
    .default(2)
    .describe("Processors of each node; driver none uses the machine's. Another number recreates the cluster."),
  minikubeMemory: wholeNumber(1800, 1_000_000)
    .default(4096)
    .describe("Memory of each node in MB; driver none uses the machine's. Another number recreates the cluster."),
  minikubeAddons: listOf(/^[a-z][a-z0-9-]*$/, "a list of addons such as metrics-server")
    .default([])
    .describe("List of addons besides Minikube's own, such as metrics-server and ingress."),
  minikubeRegistryMirror: z
    .union([z.literal(""), z.url({ protocol: /^https?$/ })], { error: "an address such as https://mirror.example.org" })
    .default("")
    .describe(
      "URL of a registry mirror that images are pulled from, with minikubeRuntime docker. Another URL recreates the cluster. Empty: none.",
    ),
  minikubeCaFile: z
    .string()
    .default("")
    .describe(
      "PEM file of an additional authority that nodes trust when they pull images. ~/ is the home folder; a relative path starts at the checkout. Empty: none.",
    ),
});

type MinikubeValues = Values<typeof minikubeSettings> & Values<typeof existingSettings>;

/**
 * What the program reads from them.
 *
 * @param cluster name of the cluster
 * @throws UserError naming the setting that the driver does not support
 */
export function minikubeConfig(values: MinikubeValues, cluster: string) {
  return checkDriver(configOf(values, cluster));
}

function configOf(values: MinikubeValues, cluster: string) {
  const { kubeconfigFile }: ExistingClusterConfig = existingConfig(values);
  return {
    /** Minikube's name of the cluster. */
    profile: values.minikubeProfile || driverOf(values.minikubeDriver).profile || cluster,
    /** Whether the stack creates, changes and deletes the profile. false: it must exist, and is not changed. */
    owned: values.minikubeOwned,
    /** Where the context of a profile is that the stack does not own. @default `~/.kube/config` */
    kubeconfigFile,
    driver: values.minikubeDriver,
    /** `1.35.1` */
    kubernetesVersion: values.minikubeVersion,
    runtime: values.minikubeRuntime,
    nodes: values.minikubeNodes,
    /** Processors of each node. */
    cpus: values.minikubeCpus,
    /** Memory of each node in MB. */
    memory: values.minikubeMemory,
    /** Addons besides those that minikube always enables. */
    addons: values.minikubeAddons as readonly string[],
    /** URL of a mirror for images. @default none */
    registryMirror: values.minikubeRegistryMirror || undefined,
    /** PEM file of an additional authority that nodes trust. @default none */
    caFile: values.minikubeCaFile || undefined,
  };
}

/** A Minikube cluster as the settings describe it. */
export type MinikubeConfig = Readonly<ReturnType<typeof configOf>>;

function checkDriver(config: MinikubeConfig): MinikubeConfig {
  const driver = driverOf(config.driver);
  const reject = (what: string, setting: string, fix: string) => {
    throw new UserError(`driver ${config.driver} ${what}`, `setting ${setting}`, fix, { code: "TIM-323" });
  };
  if (!config.owned) return config;
  if (driver.profile !== undefined && config.profile !== driver.profile) {
    reject(`supports only the profile ${driver.profile}`, "minikubeProfile", `leave it empty, or ${driver.profile}`);
  }
  if (config.nodes > driver.nodes) reject(`has at most ${driver.nodes} nodes`, "minikubeNodes", "reduce the number");
  if (config.caFile !== undefined && !driver.provisions) {
    reject("pulls images with the machine's own authorities", "minikubeCaFile", "add the authority to the machine's");
  }
  if (config.registryMirror !== undefined && (!driver.provisions || config.runtime !== "docker")) {
    throw new UserError(
      "minikube passes a registry mirror only to the Docker daemon of nodes that it prepares",
      "setting minikubeRegistryMirror",
      "set minikubeRuntime to docker with a driver other than none, or configure the mirror in the runtime itself",
      { code: "TIM-324" },
    );
  }
  return config;
}
