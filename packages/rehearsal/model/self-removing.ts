import { at, groupKindOf, type KubeObject, keyOf, type Snapshot } from "./kube-objects.js";
import { inventories, ownerOf } from "./owners.js";

/**
 * Whether a Job is gone because it has finished: Kubernetes deletes it by its `ttlSecondsAfterFinished` while its owner
 * still applies it. Such a Job is deleted without any merge.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
 */
export function removesItself(
  job: KubeObject,
  { before, after }: { readonly before: Snapshot; readonly after: Snapshot },
): boolean {
  if (!finishes(job)) return false;
  const key = keyOf(job);
  const listers = [...(inventories(before).get(key) ?? [])];
  if (listers.length > 0) return listers.every((one) => inventories(after).get(key)?.has(one));
  const release = ownerOf(job);
  const [oldObject, newObject] = [before, after].map((snapshot) =>
    snapshot.find((one) => groupKindOf(one) === "helm.toolkit.fluxcd.io/HelmRelease" && ownedBy(one) === release),
  );
  return oldObject !== undefined && newObject !== undefined && revisionOf(oldObject) === revisionOf(newObject);
}

/** Whether an object is deleted some time after it has finished. */
export function finishes(object: KubeObject): boolean {
  return groupKindOf(object) === "batch/Job" && at(object, "spec", "ttlSecondsAfterFinished") !== undefined;
}

function ownedBy({ kind, metadata: { namespace, name } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

/** What a release last rendered: its chart and its values. */
function revisionOf(release: KubeObject): string {
  return JSON.stringify([
    at(release, "status", "lastAttemptedRevision"),
    at(release, "status", "lastAttemptedConfigDigest"),
  ]);
}
