import { groupOf, type KubeObject, type Snapshot } from "./objects.js";

/** Kinds that others make and that say nothing of their own: the objects behind them are compared. */
const derivedKinds = new Set([
  "/Event",
  "events.k8s.io/Event",
  "/Pod",
  "/Node",
  "/Endpoints",
  "/PersistentVolume",
  "/ComponentStatus",
  "discovery.k8s.io/EndpointSlice",
  "apps/ReplicaSet",
  "apps/ControllerRevision",
  "coordination.k8s.io/Lease",
  "networking.k8s.io/IPAddress",
  "networking.k8s.io/ServiceCIDR",
  "apiregistration.k8s.io/APIService",
  "flowcontrol.apiserver.k8s.io/FlowSchema",
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
  "source.toolkit.fluxcd.io/HelmChart",
  "storage.k8s.io/CSINode",
  "storage.k8s.io/VolumeAttachment",
]);

/** Whether a kind is worth listing at all. */
export function isListed(apiVersion: string, kind: string): boolean {
  return !derivedKinds.has(`${groupOf(apiVersion)}/${kind}`);
}

/**
 * What people put into a cluster: neither what the cluster makes by itself, nor what the rehearsal brought, nor what is on its
 * way out.
 */
export function withoutNoise(snapshot: Snapshot): KubeObject[] {
  return snapshot.filter(
    (object) =>
      isListed(object.apiVersion, object.kind) && !isEnding(object) && !isCluster(object) && !isRehearsal(object),
  );
}

/** Whether an object is deleted, and there only until its finalizers are done. */
export function isEnding({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function isCluster({ apiVersion, kind, metadata }: KubeObject): boolean {
  const { name, namespace } = metadata;
  if (kind === "ConfigMap" && name === "kube-root-ca.crt") return true;
  if (kind === "ServiceAccount" && name === "default" && !metadata.labels) return true;
  if (kind === "Secret" && /^(sh\.helm\.release\.v1\.)/.test(name)) return true;
  if (kind === "Job" && (metadata.ownerReferences ?? []).some((owner) => owner.kind === "CronJob")) return true;
  if (namespace === "kube-system" || namespace === "kube-public" || namespace === "kube-node-lease") {
    return (
      metadata.labels?.["kustomize.toolkit.fluxcd.io/name"] === undefined &&
      metadata.labels?.["helm.toolkit.fluxcd.io/name"] === undefined
    );
  }
  return apiVersion === "v1" && kind === "Service" && namespace === "default" && name === "kubernetes";
}

function isRehearsal({ metadata: { name, labels } }: KubeObject): boolean {
  return name.startsWith("rehearsal.timonier") || labels?.["rehearsal.timonier/stub"] !== undefined;
}
