import type { ProfileSpec } from "../../../resources/minikube-profile/schema.js";
import { driverOf } from "../drivers.js";

/**
 * Arguments of `minikube start`. None is secret: every user of the machine can list the arguments of processes.
 *
 * @see https://minikube.sigs.k8s.io/docs/commands/start/
 */
export function startArguments(spec: ProfileSpec): string[] {
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
 * Arguments for a profile that exists: minikube rejects, or ignores with a warning, what only a new profile takes.
 */
export function restartArguments(spec: ProfileSpec): string[] {
  const once = /^--(cpus|memory|nodes|registry-mirror|addons)=/;
  return startArguments(spec).filter((argument) => !once.test(argument));
}
