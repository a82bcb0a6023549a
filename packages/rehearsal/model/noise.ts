import { groupKindOf, type KubeObject, keyOf, type Snapshot, textAt } from "./kube-objects.js";
import { fluxInventory, ownerOf } from "./owners.js";
import { isStub } from "./stubs.js";
import { writersOf } from "./written.js";

/**
 * Kinds of which controllers write most objects: the objects behind them are compared. One that a manifest wrote is compared as every
 * other, so these kinds are listed by Flux's owner labels.
 */
const derivedKinds = new Set([
  "/Event",
  "events.k8s.io/Event",
  "/Pod",
  "/Node",
  "/Endpoints",
  "discovery.k8s.io/EndpointSlice",
  "apps/ReplicaSet",
  "apps/ControllerRevision",
  "coordination.k8s.io/Lease",
  "networking.k8s.io/IPAddress",
  "networking.k8s.io/ServiceCIDR",
  "apiregistration.k8s.io/APIService",
  "flowcontrol.apiserver.k8s.io/FlowSchema",
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
  "storage.k8s.io/CSINode",
  "storage.k8s.io/VolumeAttachment",
]);

const systemNamespaces = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** Whether controllers write most objects of a kind. @param kind `GROUP/KIND` */
export function isDerived(kind: string): boolean {
  return derivedKinds.has(kind);
}

/**
 * What people put into a cluster: neither what the cluster makes by itself, nor what the rehearsal brought, nor what is on its
 * way out. An object that a manifest wrote is never left out, whatever its kind.
 */
export function withoutNoise(snapshot: Snapshot): KubeObject[] {
  const listed = fluxInventory(snapshot);
  const charts = chartsOfReleases(snapshot);
  return snapshot.filter((object) => {
    if (isEnding(object) || isRehearsal(object)) return false;
    if (listed.has(keyOf(object))) return true;
    return !isMade(object, charts);
  });
}

/** Whether an object is deleted, and there only until its finalizers are done. */
export function isEnding({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether controllers made an object of another one, or the cluster has it by itself. */
function isMade(object: KubeObject, charts: ReadonlySet<string>): boolean {
  const kind = groupKindOf(object);
  // helm-controller writes both with the name under which it applies charts.
  if (kind === "source.toolkit.fluxcd.io/HelmChart") return charts.has(nameOf(object));
  if (kind === "/Secret" && object.type === "helm.sh/release.v1") return ownerOf(object) === undefined;
  return (derivedKinds.has(kind) || isOfCluster(object, kind)) && !isWritten(object);
}

/** Whether somebody else than the cluster's own programs set a field. Without managers the owner labels of Flux tell. */
function isWritten(object: KubeObject): boolean {
  const writers = writersOf(object);
  return writers === undefined ? ownerOf(object) !== undefined : writers.length > 0;
}

function isOfCluster({ metadata }: KubeObject, kind: string): boolean {
  const { name, namespace = "" } = metadata;
  if (kind === "/ConfigMap" && name === "kube-root-ca.crt") return true;
  if (kind === "/ServiceAccount" && name === "default") return true;
  if (kind === "batch/Job" && (metadata.ownerReferences ?? []).some((owner) => owner.kind === "CronJob")) return true;
  // A StatefulSet's claims hold data wherever they are.
  if (systemNamespaces.has(namespace)) return kind !== "/PersistentVolumeClaim";
  return kind === "/Service" && namespace === "default" && name === "kubernetes";
}

/** `NAMESPACE/NAME` of the HelmCharts that helm-controller made for its releases. */
function chartsOfReleases(snapshot: Snapshot): Set<string> {
  return new Set(
    snapshot
      .filter((one) => groupKindOf(one) === "helm.toolkit.fluxcd.io/HelmRelease")
      .flatMap((one) => textAt(one, "status", "helmChart") ?? []),
  );
}

function nameOf({ metadata: { name, namespace } }: KubeObject): string {
  return `${namespace}/${name}`;
}

function isRehearsal(object: KubeObject): boolean {
  return object.metadata.name.startsWith("rehearsal.timonier") || isStub(object);
}
