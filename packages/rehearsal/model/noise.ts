import { groupKindOf, type KubeObject, keyOf, type Snapshot, textAt } from "./kube-objects.js";
import { fluxInventory, ownerOf } from "./owners.js";
import { isStub } from "./stubs.js";
import { writersOf } from "./written.js";

/**
 * Kinds whose objects are mostly written by controllers. Only those that a manifest created are
 * compared, so they are listed by Flux's owner labels.
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
 * Objects that people put into a cluster, without those of the cluster itself, those of the
 * rehearsal and those that are being deleted. An object of a manifest is always included,
 * independent of its kind.
 */
export function withoutNoise(snapshot: Snapshot): KubeObject[] {
  const listed = fluxInventory(snapshot);
  const charts = chartsOfReleases(snapshot);
  return snapshot.filter((object) => {
    if (isBeingDeleted(object) || isRehearsal(object)) return false;
    if (listed.has(keyOf(object))) return true;
    return !isCreatedByController(object, charts);
  });
}

/** Whether an object is being deleted, and waits for its finalizers. */
export function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether a controller derived an object from another one, or the cluster created it. */
function isCreatedByController(object: KubeObject, charts: ReadonlySet<string>): boolean {
  const kind = groupKindOf(object);
  // helm-controller uses the same manager for both, as for the objects of charts.
  if (kind === "source.toolkit.fluxcd.io/HelmChart") return charts.has(nameOf(object));
  if (kind === "/Secret" && object.type === "helm.sh/release.v1") return ownerOf(object) === undefined;
  return (derivedKinds.has(kind) || isOfCluster(object, kind)) && !isWritten(object);
}

/** Whether a manifest or a person set a field. Without managed fields, Flux's owner labels decide. */
function isWritten(object: KubeObject): boolean {
  const writers = writersOf(object);
  return writers === undefined ? ownerOf(object) !== undefined : writers.length > 0;
}

function isOfCluster({ metadata }: KubeObject, kind: string): boolean {
  const { name, namespace = "" } = metadata;
  if (kind === "/ConfigMap" && name === "kube-root-ca.crt") return true;
  if (kind === "/ServiceAccount" && name === "default") return true;
  if (kind === "batch/Job" && (metadata.ownerReferences ?? []).some((owner) => owner.kind === "CronJob")) return true;
  // The claims of a StatefulSet contain data.
  if (systemNamespaces.has(namespace)) return kind !== "/PersistentVolumeClaim";
  return kind === "/Service" && namespace === "default" && name === "kubernetes";
}

/** `NAMESPACE/NAME` of the HelmCharts that helm-controller creates for releases. */
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
