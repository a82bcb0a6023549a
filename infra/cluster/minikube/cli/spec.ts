import { z } from "zod";
import { driverNames, driverOf } from "../drivers.js";

/** A cluster as a stack wants it: the inputs of the resource. */
export const clusterSpec = z.object({
  /** Stack whose state folder holds the kubeconfig. */
  stack: z.string(),
  profile: z.string(),
  driver: z.enum(driverNames),
  /** `1.35.1` */
  version: z.string(),
  runtime: z.string(),
  nodes: z.number(),
  cpus: z.number(),
  /** MB */
  memory: z.number(),
  addons: z.array(z.string()),
  registryMirror: z.string().optional(),
  /** PEM of one more authority that nodes trust. */
  extraCa: z.string().optional(),
});

/** A cluster as a stack wants it. */
export type ClusterSpec = z.infer<typeof clusterSpec>;

/**
 * Arguments of `minikube start`. Nothing of it is secret: they are seen by everybody on the machine.
 *
 * @see https://minikube.sigs.k8s.io/docs/commands/start/
 */
export function startArguments(spec: ClusterSpec): string[] {
  const driver = driverOf(spec.driver);
  return [
    "start",
    `--profile=${spec.profile}`,
    "--output=json",
    "--interactive=false",
    `--driver=${spec.driver}`,
    `--kubernetes-version=v${spec.version}`,
    `--container-runtime=${spec.runtime}`,
    ...driver.flags,
    ...(driver.sized ? [`--cpus=${spec.cpus}`, `--memory=${spec.memory}mb`] : []),
    ...(spec.nodes > 1 ? [`--nodes=${spec.nodes}`] : []),
    ...(spec.addons.length > 0 ? [`--addons=${spec.addons.join(",")}`] : []),
    ...(spec.registryMirror ? [`--registry-mirror=${spec.registryMirror}`] : []),
    // The kubeconfig is read by programs that do not have minikube's files.
    "--embed-certs=true",
  ];
}

/**
 * Arguments for a profile that is there: minikube refuses, or warns and ignores, what only a new one takes.
 */
export function restartArguments(spec: ClusterSpec): string[] {
  const once = /^--(cpus|memory|nodes|registry-mirror|addons)=/;
  return startArguments(spec).filter((argument) => !once.test(argument));
}
