import { groupKindOf, groupOf, type KubeObject, type Snapshot, textAt } from "./kube-objects.js";

/**
 * Reclaim policies that delete a volume's data with the volume.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming
 */
const reclaiming = new Set(["Delete", "Recycle"]);

/**
 * What is lost with an object and no manifest restores.
 *
 * @param objects objects of the cluster without {@link withoutNoise noise}
 * @returns a function that describes the loss, or returns undefined
 */
export function lossOf(objects: Snapshot): (object: KubeObject) => string | undefined {
  return (object) => {
    const { metadata } = object;
    switch (groupKindOf(object)) {
      case "/PersistentVolumeClaim":
        return "its data is lost unless the volume is kept";
      case "/PersistentVolume": {
        const policy = textAt(object, "spec", "persistentVolumeReclaimPolicy") ?? "";
        return reclaiming.has(policy) ? `its data is lost: its reclaim policy is ${policy}` : undefined;
      }
      case "/Namespace": {
        const claims = objects.filter(
          (one) => groupKindOf(one) === "/PersistentVolumeClaim" && one.metadata.namespace === metadata.name,
        );
        return claims.length === 0 ? undefined : `with ${counted(claims.length, "volume claim")} in it`;
      }
      case "apiextensions.k8s.io/CustomResourceDefinition": {
        const instances = objects.filter((one) => definesKind(object, one));
        return instances.length === 0 ? undefined : `with ${counted(instances.length, "object")} of its kind`;
      }
      default:
        return undefined;
    }
  };
}

/** Whether a definition defines the kind of an object. */
export function definesKind(definition: KubeObject, object: KubeObject): boolean {
  if (groupKindOf(definition) !== "apiextensions.k8s.io/CustomResourceDefinition") return false;
  const { group, names } = definition.spec as { group: string; names: { kind: string } };
  return names.kind === object.kind && group === groupOf(object.apiVersion);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
