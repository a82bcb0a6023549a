import { at, type KubeObject, textAt } from "../kube-objects.js";
import { folderIn, folderOf } from "../reach.js";
import { sameRepository } from "../repository-url.js";
import { objectsOf, parsed, type TreeFiles } from "../scan.js";
import { groupBy, holdsFolder, reachedBy } from "./reached.js";
import { type EntryTree, isFluxKind, isGitRepository, isKustomization, KUSTOMIZE, type Root } from "./root.js";

/** A source, and the Kustomizations of the same folder that read it. */
interface Pair {
  readonly folder: string;
  readonly source: KubeObject;
  readonly kustomizations: readonly KubeObject[];
  readonly isOwn: boolean;
}

/** Sources of this repository with their Kustomizations, in a folder that no other cluster applies. */
export function byHand(tree: EntryTree, known: readonly Root[]): Root[] {
  const { documents, files } = tree;
  const all = pairs(tree);
  const own = all.filter(({ isOwn }) => isOwn);
  // The URL of a fork differs from the one in its sources.
  const candidates = own.length > 0 || known.length > 0 ? own : all;
  if (candidates.length === 0) return [];
  const reached = (kustomizations: readonly KubeObject[]) => reachedBy(documents, files, kustomizations);
  const covered = new Set(known.flatMap(({ objects }) => [...reached(objects.filter(isKustomization))]));
  const withReach = candidates.map((pair) => ({ pair, reach: reached(pair.kustomizations) }));
  const readers = objectsOf(documents, KUSTOMIZE, "Kustomization").map((one) =>
    textAt(one, "spec", "sourceRef", "name"),
  );
  const uses = ({ source }: Pair) => readers.filter((name) => name === source.metadata.name).length;
  return withReach
    .filter(({ pair, reach }) => {
      if (holdsFolder(covered, pair.folder)) return false;
      const others = withReach.filter((other) => other.pair !== pair && holdsFolder(other.reach, pair.folder));
      // When two apply each other, the one whose source more Kustomizations read is the root.
      return others.every((other) => holdsFolder(reach, other.pair.folder) && uses(pair) >= uses(other.pair));
    })
    .map(({ pair: { folder, source, kustomizations } }) => ({
      cluster: folder || ".",
      objects: [source, ...kustomizations].map(inFluxSystem),
    }));
}

function pairs({ documents, files, origin }: EntryTree): Pair[] {
  const folders = groupBy(
    documents.filter((one) => isFluxKind(one)),
    ({ path }) => folderOf(path),
  );
  return [...folders].flatMap(([folder, inside]) => {
    if (!inside.some(({ kind }) => kind === "GitRepository") || !inside.some(({ kind }) => kind === "Kustomization"))
      return [];
    const objects = inside.flatMap((document) => parsed(document) ?? []);
    return objects.filter(isGitRepository).flatMap((source): Pair[] => {
      const kustomizations = objects.filter(
        (one) => isKustomization(one) && isOf(one, source) && hasFolder(one, files),
      );
      const url = textAt(source, "spec", "url");
      if (kustomizations.length === 0 || url === undefined) return [];
      const isOwn = origin !== undefined && sameRepository(url) === sameRepository(origin);
      return [{ folder, source, kustomizations, isOwn }];
    });
  });
}

function isOf(kustomization: KubeObject, { metadata }: KubeObject): boolean {
  const ref = at(kustomization, "spec", "sourceRef");
  const namespace = textAt(ref, "namespace") ?? kustomization.metadata.namespace;
  return (
    textAt(ref, "kind") === "GitRepository" && textAt(ref, "name") === metadata.name && namespace === metadata.namespace
  );
}

function hasFolder(kustomization: KubeObject, files: TreeFiles): boolean {
  const folder = folderIn(textAt(kustomization, "spec", "path") ?? ".");
  return folder === "" || [...files.keys()].some((path) => path.startsWith(`${folder}/`));
}

function inFluxSystem(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? "flux-system" } };
}
