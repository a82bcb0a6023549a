import { at, groupOf, type KubeObject, textAt } from "./kube-objects.js";

/** API groups with a dot that Kubernetes itself serves and reconciles. */
const kubernetesGroups: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** `GROUP/KIND` of the kinds that the rehearsal's Flux controllers reconcile. */
const reconciledHere: ReadonlySet<string> = new Set([
  "source.toolkit.fluxcd.io/GitRepository",
  "source.toolkit.fluxcd.io/OCIRepository",
  "source.toolkit.fluxcd.io/HelmRepository",
  "source.toolkit.fluxcd.io/HelmChart",
  "source.toolkit.fluxcd.io/Bucket",
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "helm.toolkit.fluxcd.io/HelmRelease",
]);

/** Flux's kinds without a status: their health check passes at once. */
const withoutStatus: ReadonlySet<string> = new Set([
  "notification.toolkit.fluxcd.io/Alert",
  "notification.toolkit.fluxcd.io/Provider",
]);

/**
 * Why an object can never become ready in the rehearsal cluster: its controller does not run here.
 * A health check that waits for such an object is assumed to pass.
 *
 * The status is not considered: an object without one is ready for Flux at once, unless a health
 * check expression reads it.
 *
 * @param stubKinds `GROUP/KIND` of the kinds whose definitions the rehearsal generated
 * @returns undefined when its controller runs here
 */
export function neverReadyReason(object: KubeObject, stubKinds: ReadonlySet<string> = new Set()): string | undefined {
  const { apiVersion, kind } = object;
  const group = groupOf(apiVersion);
  const name = `${group}/${kind}`;
  if (stubKinds.has(name)) return `no tree defines ${kind} of ${apiVersion}, and its operator does not run here`;
  if (reconciledHere.has(name))
    return at(object, "spec", "kubeConfig") === undefined ? undefined : "it applies to another cluster";
  if (withoutStatus.has(name)) return undefined;
  if (group.endsWith(".fluxcd.io")) return `the controller of ${kind} does not run here`;
  if (group.includes(".") && !kubernetesGroups.has(group)) return `the operator of ${kind} does not run here`;
  return withoutItsProgram(object, group);
}

/** Whether no program of the rehearsal can make an object ready. @see neverReadyReason */
export function cannotBecomeReadyHere(object: KubeObject, stubKinds: ReadonlySet<string> = new Set()): boolean {
  return neverReadyReason(object, stubKinds) !== undefined;
}

/** Kinds of Kubernetes whose status is written by a program outside of Kubernetes. */
function withoutItsProgram(object: KubeObject, group: string): string | undefined {
  const { kind } = object;
  if (group === "networking.k8s.io" && kind === "Ingress") return "no ingress controller runs here";
  if (group === "" && kind === "Service" && textAt(object, "spec", "type") === "LoadBalancer")
    return "no load balancer runs here";
  if (group === "apiregistration.k8s.io" && kind === "APIService" && at(object, "spec", "service") !== undefined)
    return "the API server that it names does not run here";
  return undefined;
}
