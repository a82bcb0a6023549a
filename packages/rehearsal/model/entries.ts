import { byHand } from "./entries/by-hand.js";
import { instances } from "./entries/instances.js";
import { holdsFolder, reachedBy } from "./entries/reached.js";
import {
  type EntryTree,
  isFluxKind,
  isKustomization,
  isName,
  kustomizationOf,
  ownSource,
  type Root,
  SOURCE,
} from "./entries/root.js";
import { textAt } from "./kube-objects.js";
import { folderIn, folderOf } from "./reach.js";
import { objectsOf, parsed } from "./scan.js";

/**
 * Clusters whose Flux follows a tree: those of `flux bootstrap`, also before it runs, those of a
 * FluxInstance, and those whose first source and Kustomization were written by hand.
 */
export function clustersOf(tree: EntryTree): Root[] {
  const known = distinct([...bootstrapped(tree), ...instances(tree)]);
  const more = known.length > 0 ? known : notBootstrapped(tree);
  return distinct([...more, ...byHand(tree, more)]);
}

function distinct(roots: readonly Root[]): Root[] {
  const byCluster = new Map<string, Root>();
  for (const root of roots) if (!byCluster.has(root.cluster ?? "")) byCluster.set(root.cluster ?? "", root);
  return [...byCluster.values()];
}

/** Found by `flux-system/gotk-sync.yaml`, which is empty until `flux bootstrap` has run. */
function bootstrapped({ documents, files, branch }: EntryTree): Root[] {
  const paths = [...files.keys()].filter((path) => /(^|\/)flux-system\/gotk-sync\.yaml$/.test(path));
  return paths.map((path) => {
    const folder = folderOf(folderOf(path)) || ".";
    const objects = documents.filter((one) => one.path === path).flatMap((one) => parsed(one) ?? []);
    return objects.length > 0 ? { cluster: folder, objects } : rootOfFolder(folder, "flux-system/flux-system", branch);
  });
}

/** Found by Kustomizations whose source no manifest defines: bootstrap creates it. */
function notBootstrapped({ documents, files, branch }: EntryTree): Root[] {
  const defined = new Set(objectsOf(documents, SOURCE, "GitRepository").map(({ metadata }) => metadata.name));
  const folders = new Map<string, string>();
  for (const document of documents.filter((one) => one.kind === "Kustomization" && isFluxKind(one))) {
    const object = parsed(document);
    const [kind, name] = [textAt(object, "spec", "sourceRef", "kind"), textAt(object, "spec", "sourceRef", "name")];
    if (!object || kind !== "GitRepository" || name === undefined || defined.has(name) || !isName(name)) continue;
    const namespace = textAt(object, "spec", "sourceRef", "namespace") ?? object.metadata.namespace ?? "flux-system";
    if (isName(namespace)) folders.set(folderOf(document.path) || ".", `${namespace}/${name}`);
  }
  const roots = [...folders].map(([folder, id]) => rootOfFolder(folder, id, branch));
  return roots.filter(({ cluster = "" }) => {
    const others = roots.filter((other) => other.cluster !== cluster);
    return !others.some(({ objects }) =>
      holdsFolder(reachedBy(documents, files, objects.filter(isKustomization)), cluster),
    );
  });
}

function rootOfFolder(folder: string, id: string, branch: string): Root {
  const [namespace = "", name = ""] = id.split("/");
  const metadata = { name, namespace };
  return {
    cluster: folder,
    objects: [ownSource(metadata, branch), kustomizationOf(metadata, `./${folderIn(folder)}`)],
    simulated: [`Flux bootstrapped with the folder ${folder}, as GitRepository ${id}`],
  };
}
