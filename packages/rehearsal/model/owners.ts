import { groupKindOf, type KubeObject, keyOf, labelOf, listAt, type Snapshot, textAt } from "./kube-objects.js";

/** `Kustomization default/myapp` or `HelmRelease default/db` that applies the object, by the labels that Flux sets. */
export function ownerOf({ metadata: { labels } }: KubeObject): string | undefined {
  const helm = labels?.["helm.toolkit.fluxcd.io/name"];
  if (helm !== undefined) return `HelmRelease ${labels?.["helm.toolkit.fluxcd.io/namespace"]}/${helm}`;
  const kustomization = labels?.["kustomize.toolkit.fluxcd.io/name"];
  if (kustomization === undefined) return undefined;
  return `Kustomization ${labels?.["kustomize.toolkit.fluxcd.io/namespace"]}/${kustomization}`;
}

/**
 * Owners by key of all objects in the inventories of Kustomizations.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory
 */
export function inventories(snapshot: Snapshot): Map<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>();
  for (const object of snapshot.filter(isKustomization)) {
    for (const key of inventoryOf(object)) owners.set(key, (owners.get(key) ?? new Set()).add(labelOf(object)));
  }
  return owners;
}

/** Keys of all objects in the inventories of Kustomizations. */
export function fluxInventory(snapshot: Snapshot): Set<string> {
  return new Set(snapshot.filter(isKustomization).flatMap(inventoryOf));
}

/** Whether an object is Flux's Kustomization, and not kustomize's. */
export function isKustomization(object: KubeObject): boolean {
  return groupKindOf(object) === "kustomize.toolkit.fluxcd.io/Kustomization";
}

/** Keys of the objects in a Kustomization's inventory. */
export function inventoryOf(kustomization: KubeObject): string[] {
  return listAt(kustomization, "status", "inventory", "entries").flatMap((entry) => {
    const id = textAt(entry, "id") ?? "";
    const [, namespace, name, group, kind] = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id) ?? [];
    if (!name || !kind) return [];
    // Names of roles may contain colons, which the inventory writes as two underscores.
    return [`${group ?? ""}/${kind}/${namespace ?? ""}/${name.replaceAll("__", ":")}`];
  });
}

/** Objects by key. */
export function byKey(snapshot: Snapshot): Map<string, KubeObject> {
  return new Map(snapshot.map((object) => [keyOf(object), object]));
}
