import { at, groupOf, type KubeObject, textAt } from "./kube-objects.js";

/** API groups with a dot that Kubernetes itself serves, and whose objects its own controllers look after. */
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

/** `GROUP/KIND` of what the rehearsal's source-, kustomize- and helm-controller reconcile. */
const reconciledHere: ReadonlySet<string> = new Set([
  "source.toolkit.fluxcd.io/GitRepository",
  "source.toolkit.fluxcd.io/OCIRepository",
  "source.toolkit.fluxcd.io/HelmRepository",
  "source.toolkit.fluxcd.io/HelmChart",
  "source.toolkit.fluxcd.io/Bucket",
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "helm.toolkit.fluxcd.io/HelmRelease",
]);

/** Flux's kinds whose objects are complete as they are written: they have no status, so a health check passes at once. */
const withoutStatus: ReadonlySet<string> = new Set([
  "notification.toolkit.fluxcd.io/Alert",
  "notification.toolkit.fluxcd.io/Provider",
]);

/**
 * Why the rehearsal cluster can never say that an object is ready: its controller does not run here. A health check that waits for
 * such an object has to be assumed to pass. undefined: a program that runs here answers.
 *
 * It does not look at the status: an object without one is ready for Flux at once, unless a health check expression reads its status.
 *
 * @param stubKinds `GROUP/KIND` of the kinds whose definitions the rehearsal made up
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

/** Whether nothing that runs here could make an object ready. @see neverReadyReason */
export function cannotBecomeReadyHere(object: KubeObject, stubKinds: ReadonlySet<string> = new Set()): boolean {
  return neverReadyReason(object, stubKinds) !== undefined;
}

/** Kubernetes' own kinds whose status comes from a program that is not part of Kubernetes. */
function withoutItsProgram(object: KubeObject, group: string): string | undefined {
  const { kind } = object;
  if (group === "networking.k8s.io" && kind === "Ingress") return "no ingress controller runs here";
  if (group === "" && kind === "Service" && textAt(object, "spec", "type") === "LoadBalancer")
    return "no load balancer runs here";
  if (group === "apiregistration.k8s.io" && kind === "APIService" && at(object, "spec", "service") !== undefined)
    return "the API server that it names does not run here";
  return undefined;
}
