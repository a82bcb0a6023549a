import { type KubeObject, textAt } from "../kube-objects.js";
import { folderIn, folderOf, reachOf } from "../reach.js";
import { parsed, type ScannedDocument, type TreeFiles } from "../scan.js";
import { isFluxKind } from "./root.js";

/** Paths that some Kustomizations apply, directly or through other Kustomizations. */
export function reachedBy(
  documents: readonly ScannedDocument[],
  files: TreeFiles,
  kustomizations: readonly KubeObject[],
): Set<string> {
  const byPath = groupBy(
    documents.filter((one) => isFluxKind(one) && one.kind === "Kustomization"),
    ({ path }) => path,
  );
  const paths = new Set<string>();
  const folders = new Set<string>();
  const open = [...kustomizations];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const folder = folderIn(textAt(next, "spec", "path") ?? ".");
    if (folders.has(folder)) continue;
    folders.add(folder);
    for (const path of reachOf(files, folder).paths) {
      if (paths.has(path)) continue;
      paths.add(path);
      open.push(...(byPath.get(path) ?? []).flatMap((document) => parsed(document) ?? []));
    }
  }
  return paths;
}

/** Whether a folder contains one of some paths. */
export function holdsFolder(paths: ReadonlySet<string>, folder: string): boolean {
  return [...paths].some((path) => folderOf(path) === folderIn(folder));
}

/** Values grouped by a key. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}
