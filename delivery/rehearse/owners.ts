import { type KubeObject, keyOf, listAt, type Snapshot, textAt } from "./objects.js";

/** `Kustomization default/myapp` or `HelmRelease default/db` that applies the object, by the labels that Flux sets. */
export function ownerOf({ metadata: { labels } }: KubeObject): string | undefined {
  const helm = labels?.["helm.toolkit.fluxcd.io/name"];
  if (helm !== undefined) return `HelmRelease ${labels?.["helm.toolkit.fluxcd.io/namespace"]}/${helm}`;
  const kustomization = labels?.["kustomize.toolkit.fluxcd.io/name"];
  if (kustomization === undefined) return undefined;
  return `Kustomization ${labels?.["kustomize.toolkit.fluxcd.io/namespace"]}/${kustomization}`;
}

/** Keys of everything that Kustomizations say they applied. @see https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory */
export function inventories(snapshot: Snapshot): Map<string, string> {
  const owners = new Map<string, string>();
  for (const object of snapshot) {
    if (object.kind !== "Kustomization" || !object.apiVersion.startsWith("kustomize.toolkit.fluxcd.io/")) continue;
    const owner = `Kustomization ${object.metadata.namespace}/${object.metadata.name}`;
    for (const key of inventoryOf(object)) owners.set(key, owner);
  }
  return owners;
}

/** Keys of what one Kustomization says it applied. */
export function inventoryOf(kustomization: KubeObject): string[] {
  return listAt(kustomization, "status", "inventory", "entries").flatMap((entry) => {
    const id = textAt(entry, "id") ?? "";
    const [, namespace, name, group, kind] = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id) ?? [];
    if (!name || !kind) return [];
    // Names of roles may hold colons, which the inventory writes as two underscores.
    return [`${group ?? ""}/${kind}/${namespace ?? ""}/${name.replaceAll("__", ":")}`];
  });
}

/** Objects by key. */
export function byKey(snapshot: Snapshot): Map<string, KubeObject> {
  return new Map(snapshot.map((object) => [keyOf(object), object]));
}
