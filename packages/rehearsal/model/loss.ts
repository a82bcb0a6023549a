import { groupKindOf, groupOf, type KubeObject, type Snapshot, textAt } from "./kube-objects.js";

/** Reclaim policies by which a volume's data goes with it. @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming */
const reclaiming = new Set(["Delete", "Recycle"]);

/**
 * What is lost with an object that no manifest brings back.
 *
 * @param objects what people put into the cluster
 * @returns a function: in words, or undefined where nothing is
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

/** Whether an object is of a definition's kind. */
export function definesKind(definition: KubeObject, object: KubeObject): boolean {
  if (groupKindOf(definition) !== "apiextensions.k8s.io/CustomResourceDefinition") return false;
  const { group, names } = definition.spec as { group: string; names: { kind: string } };
  return names.kind === object.kind && group === groupOf(object.apiVersion);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
