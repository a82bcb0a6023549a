import { at, type KubeObject, keyOf, labelOf, listAt, type Snapshot, textAt } from "./kube-objects.js";
import { byKey } from "./owners.js";
import { CLUSTER_IP } from "./restore.js";

/** What the rehearsal assumes about the cluster because the trees do not say it: texts for `simulated`. */
export function assumptions(before: Snapshot, after: Snapshot): string[] {
  const oldObjects = byKey(before);
  const fresh = after.filter((object) => {
    const old = oldObjects.get(keyOf(object));
    return !old || old.metadata.generation !== object.metadata.generation || old.metadata.uid !== object.metadata.uid;
  });
  return [...grownClaims(oldObjects, after), ...addresses(fresh), ...families(fresh)];
}

function grownClaims(oldObjects: ReadonlyMap<string, KubeObject>, after: Snapshot): string[] {
  const classes = new Set(after.filter(({ kind }) => kind === "StorageClass").map(({ metadata }) => metadata.name));
  const requested = (claim: KubeObject | undefined) => textAt(claim, "spec", "resources", "requests", "storage");
  return after
    .filter(({ kind, apiVersion }) => kind === "PersistentVolumeClaim" && apiVersion === "v1")
    .filter((claim) => {
      const old = requested(oldObjects.get(keyOf(claim)));
      const name = textAt(claim, "spec", "storageClassName");
      return old !== undefined && old !== requested(claim) && (name === undefined || !classes.has(name));
    })
    .map((claim) => {
      const name = textAt(claim, "spec", "storageClassName");
      return `${labelOf(claim)} may grow: ${name ? `StorageClass ${name}` : "its StorageClass"} is not in the trees`;
    });
}

function addresses(objects: Snapshot): string[] {
  const asked = services(objects).filter(
    (one) => /[.:]/.test(textAt(one, "spec", "clusterIP") ?? "") && isWritten(one),
  );
  return asked.length === 0 ? [] : ["the cluster's service network contains the addresses that Services request"];
}

function families(objects: Snapshot): string[] {
  const dual = services(objects).some(
    (one) =>
      textAt(one, "spec", "ipFamilyPolicy") === "RequireDualStack" ||
      listAt(one, "spec", "ipFamilies").includes("IPv6"),
  );
  return dual ? ["the cluster has IPv4 and IPv6 addresses"] : [];
}

function services(objects: Snapshot): readonly KubeObject[] {
  return objects.filter(({ kind, apiVersion }) => kind === "Service" && apiVersion === "v1");
}

/** Whether a manifest sets the address: the API server assigns one to every Service. */
function isWritten({ metadata }: KubeObject): boolean {
  if (metadata.annotations?.[CLUSTER_IP] !== undefined) return true;
  return (metadata.managedFields ?? []).some(
    ({ manager, fieldsV1 }) => !/^kube-/.test(manager ?? "") && at(fieldsV1, "f:spec", "f:clusterIP") !== undefined,
  );
}
