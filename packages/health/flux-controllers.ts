import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { type ClusterView, condition, type KubeObject, nameOf } from "./kube-object.js";
import type { ObjectHealth } from "./object-health.js";
import { reasonOf } from "./pod-reason.js";

/** The Flux controllers that read registries and push image updates, by their names. */
export const imageControllers: readonly string[] = ["image-reflector-controller", "image-automation-controller"];

const deploymentOf = (name: string) => `Deployment ${fluxSystem}/${name}`;

/**
 * Names of the Deployments of the Flux controllers that every delivery needs, in the form of {@link
 * nameOf}.
 */
export const requiredControllers: readonly string[] = ["source-controller", "kustomize-controller"].map(deploymentOf);

/** The same for image updates. */
export const requiredImageControllers: readonly string[] = imageControllers.map(deploymentOf);

/**
 * Whether a workload is one of Flux's controllers.
 *
 * @see https://fluxcd.io/flux/installation/configuration/
 */
export function isController({ kind, metadata }: KubeObject): boolean {
  const { namespace, labels } = metadata;
  return kind === "Deployment" && namespace === fluxSystem && labels?.["app.kubernetes.io/part-of"] === "flux";
}

/** Whether fewer replicas are available than specified. */
export function lacksReplicas({ spec, status }: KubeObject): boolean {
  return (status?.availableReplicas ?? 0) < (spec?.replicas ?? 1);
}

/**
 * Required controllers that do not work: without an available replica, scaled to 0, or without a Deployment.
 *
 * Only the last two states are failures. A pod may still become ready, but nothing restores a
 * controller that was scaled to 0 or deleted, because Flux itself would have to.
 *
 * @param required names of objects that must exist
 */
export function unavailableControllers(view: ClusterView, required: readonly string[]): ObjectHealth[] {
  const found = new Map(view.workloads.map((one) => [nameOf(one), one]));
  const forImages = requiredImageControllers.filter((object) => required.includes(object));
  return [...requiredControllers, ...forImages].flatMap((object): ObjectHealth[] => {
    const deployment = found.get(object);
    const name = object.slice(object.indexOf("/") + 1);
    const without = forImages.includes(object) ? "no image is updated" : "Flux delivers nothing";
    if (!deployment) {
      if (!required.includes(object)) return [];
      const fix = `apply gotk-components.yaml of the setup repository (\`kubectl apply --server-side -f\`), then \`npm run up\``;
      return [{ object, state: "failed", message: `does not exist; ${without} without it`, fix }];
    }
    if (deployment.metadata.deletionTimestamp) return [{ object, state: "progressing", message: "is being deleted" }];
    if (deployment.spec?.replicas === 0) {
      const fix = `\`kubectl -n ${fluxSystem} scale deployment ${name} --replicas 1\`, then \`npm run up\``;
      return [{ object, state: "failed", message: `is scaled to 0; ${without} without it`, fix }];
    }
    if ((deployment.status?.availableReplicas ?? 0) > 0) return [];
    return [{ object, state: "progressing", message: `no replica is available: ${podReasons(deployment, view)}` }];
  });
}

/** Why the pods of a Deployment are not ready, or why it has none. */
export function podReasons(deployment: KubeObject, { pods }: ClusterView): string {
  const labels = Object.entries(deployment.spec?.selector?.matchLabels ?? {});
  const own = (pods ?? []).filter(
    ({ metadata }) =>
      metadata.namespace === deployment.metadata.namespace &&
      labels.length > 0 &&
      labels.every(([key, value]) => metadata.labels?.[key] === value),
  );
  if (own.length > 0) return own.map((pod) => `pod ${pod.metadata.name}: ${reasonOf(pod)}`).join(", ");
  const failure = condition(deployment, "ReplicaFailure");
  if (failure?.status === "True") return `${failure.reason}: ${failure.message}`;
  return pods ? "it has no pod" : "its pods cannot be read";
}
