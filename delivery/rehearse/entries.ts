import { sameRepository } from "./address.js";
import { at, groupOf, type KubeObject, textAt } from "./objects.js";
import { folderIn, folderOf, reachOf } from "./reach.js";
import { objectsOf, parsed, type ScannedDocument, type TreeFiles } from "./scan.js";
import { yamlDocuments } from "./yaml-text.js";

/** What a cluster begins with: the objects that `flux bootstrap` once applied, or those that stand for them. */
export interface Root {
  /** `clusters/production`; undefined where the tree has no cluster. */
  readonly cluster?: string;
  readonly objects: readonly KubeObject[];
  /** What is taken for granted of it, in sentences. @default nothing */
  readonly simulated?: readonly string[];
}

export const SOURCE = "source.toolkit.fluxcd.io";
export const KUSTOMIZE = "kustomize.toolkit.fluxcd.io";

/** Address of a source that stands for this repository and has none of its own. */
export const NOWHERE = "https://rehearsal.invalid/tree.git";

/**
 * Clusters whose Flux follows a tree: those that `flux bootstrap` made, those of a FluxInstance, and those whose first source and
 * Kustomization were written by hand.
 *
 * @param origin address of the clone's remote
 */
export function clustersOf(
  documents: readonly ScannedDocument[],
  files: TreeFiles,
  origin: string | undefined,
): Root[] {
  const roots = new Map<string, Root>();
  for (const root of [...bootstrapped(documents), ...instances(documents, files)]) {
    const cluster = root.cluster ?? "";
    if (!roots.has(cluster)) roots.set(cluster, root);
  }
  const known = [...roots.values()];
  for (const root of byHand(documents, files, origin, known)) roots.set(root.cluster ?? "", root);
  return [...roots.values()];
}

/** By their `flux-system/gotk-sync.yaml`, with what it holds. */
function bootstrapped(documents: readonly ScannedDocument[]): Root[] {
  const folders = new Map<string, KubeObject[]>();
  for (const document of documents) {
    if (!/(^|\/)flux-system\/gotk-sync\.yaml$/.test(document.path)) continue;
    const object = parsed(document);
    if (!object) continue;
    const folder = folderOf(folderOf(document.path)) || ".";
    folders.set(folder, [...(folders.get(folder) ?? []), object]);
  }
  return [...folders].map(([cluster, objects]) => ({ cluster, objects }));
}

/** By the `sync` of a FluxInstance, of the values of its chart, or of a file with such values. @see https://fluxcd.control-plane.io/operator/fluxinstance/ */
function instances(documents: readonly ScannedDocument[], files: TreeFiles): Root[] {
  const own = objectsOf(documents, "fluxcd.controlplane.io", "FluxInstance").map((one) => ({
    sync: at(one, "spec", "sync"),
    namespace: textAt(one, "metadata", "namespace"),
  }));
  const inReleases = documents
    .filter(({ kind, text }) => kind === "HelmRelease" && /\binstance\b/.test(text) && /\bsync\b/.test(text))
    .flatMap((document) => parsed(document) ?? [])
    .map((one) => ({
      sync: at(one, "spec", "values", "instance", "sync"),
      namespace: textAt(one, "spec", "targetNamespace") ?? textAt(one, "metadata", "namespace"),
    }));
  const inValues = [...files.values()]
    .filter((text) => /^instance:\s*$/m.test(text) && /^\s+sync:\s*$/m.test(text))
    .map((text) => ({ sync: at(valuesIn(text), "instance", "sync"), namespace: undefined }));
  return [...own, ...inReleases, ...inValues].flatMap(({ sync, namespace }) => rootOfSync(sync, namespace) ?? []);
}

function valuesIn(text: string): unknown {
  try {
    return yamlDocuments(text)[0]?.toJS();
  } catch {
    return undefined;
  }
}

function rootOfSync(sync: unknown, space: string | undefined): Root | undefined {
  const [path, url] = [textAt(sync, "path"), textAt(sync, "url")];
  if (path === undefined || url === undefined) return undefined;
  const kind = textAt(sync, "kind") ?? "GitRepository";
  const namespace = space && isName(space) ? space : "flux-system";
  const name = textAt(sync, "name") ?? namespace;
  const isGit = kind === "GitRepository" && /^(https?|ssh):\/\//.test(url);
  const ref = textAt(sync, "ref");
  const metadata = { name: isName(name) ? name : "flux-system", namespace };
  const source = {
    apiVersion: `${SOURCE}/v1`,
    kind: "GitRepository",
    metadata,
    spec: { interval: "1h", url: isGit ? url : NOWHERE, ref: isGit && ref ? { name: ref } : { branch: "main" } },
  };
  return {
    cluster: folderIn(path) || ".",
    objects: [source, kustomizationOf(metadata, path)],
    ...(!isGit && { simulated: [`that ${kind} ${namespace}/${name} (${url}) has the files of this repository`] }),
  };
}

/** The Kustomization of a folder that is applied by the source with the same name. */
export function kustomizationOf(
  metadata: { readonly name: string; readonly namespace: string },
  path: string,
  targetNamespace?: string,
): KubeObject {
  return {
    apiVersion: `${KUSTOMIZE}/v1`,
    kind: "Kustomization",
    metadata,
    spec: {
      interval: "1h",
      path,
      prune: true,
      sourceRef: { kind: "GitRepository", name: metadata.name },
      ...(targetNamespace && { targetNamespace }),
    },
  };
}

function isName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
}

/** A source with the Kustomizations beside it that it is for. */
interface Pair {
  readonly folder: string;
  readonly source: KubeObject;
  readonly kustomizations: readonly KubeObject[];
  readonly isOwn: boolean;
}

/** Sources of this repository with the Kustomizations that they are for, in one folder that no other cluster applies. */
function byHand(
  documents: readonly ScannedDocument[],
  files: TreeFiles,
  origin: string | undefined,
  known: readonly Root[],
): Root[] {
  const all = pairs(documents, files, origin);
  const own = all.filter(({ isOwn }) => isOwn);
  // A fork has another address than its sources have.
  const candidates = own.length > 0 || known.length > 0 ? own : all;
  if (candidates.length === 0) return [];
  const reached = (kustomizations: readonly KubeObject[]) => reachedBy(documents, files, kustomizations);
  const covered = new Set(known.flatMap(({ objects }) => [...reached(objects.filter(isKustomization))]));
  const withReach = candidates.map((pair) => ({ pair, reach: reached(pair.kustomizations) }));
  const readers = objectsOf(documents, KUSTOMIZE, "Kustomization").map((one) =>
    textAt(one, "spec", "sourceRef", "name"),
  );
  const uses = ({ source }: Pair) => readers.filter((name) => name === source.metadata.name).length;
  const holds = (reach: ReadonlySet<string>, folder: string) => [...reach].some((path) => folderOf(path) === folder);
  return withReach
    .filter(({ pair, reach }) => {
      if (holds(covered, pair.folder)) return false;
      const others = withReach.filter((other) => other.pair !== pair && holds(other.reach, pair.folder));
      // Where both apply each other, the one whose source more Kustomizations read was first.
      return others.every((other) => holds(reach, other.pair.folder) && uses(pair) >= uses(other.pair));
    })
    .map(({ pair: { folder, source, kustomizations } }) => ({
      cluster: folder || ".",
      objects: [source, ...kustomizations].map(inFluxSystem),
    }));
}

function pairs(documents: readonly ScannedDocument[], files: TreeFiles, origin: string | undefined): Pair[] {
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

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}

function isFluxKind({ kind, apiVersion }: ScannedDocument): boolean {
  const group = groupOf(apiVersion);
  return (kind === "GitRepository" && group === SOURCE) || (kind === "Kustomization" && group === KUSTOMIZE);
}

export function isGitRepository({ kind, apiVersion }: KubeObject): boolean {
  return kind === "GitRepository" && groupOf(apiVersion) === SOURCE;
}

function isKustomization({ kind, apiVersion }: KubeObject): boolean {
  return kind === "Kustomization" && groupOf(apiVersion) === KUSTOMIZE;
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

/** Paths of everything that some Kustomizations apply, and those that these apply. */
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

/** `NAMESPACE/NAME` of the GitRepositories that objects of a tree read and that are written down nowhere. */
export function undefinedSources(documents: readonly ScannedDocument[], namespaces: readonly string[]): string[] {
  const defined = new Set(objectsOf(documents, SOURCE, "GitRepository").map(({ metadata }) => metadata.name));
  const users = [
    ...objectsOf(documents, KUSTOMIZE, "Kustomization").map((one) => ({ one, ref: at(one, "spec", "sourceRef") })),
    ...objectsOf(documents, "helm.toolkit.fluxcd.io", "HelmRelease").map((one) => ({
      one,
      ref: at(one, "spec", "chart", "spec", "sourceRef"),
    })),
  ];
  const ids = users.flatMap(({ one, ref }) => {
    const [kind, name] = [textAt(ref, "kind"), textAt(ref, "name")];
    if (kind !== "GitRepository" || name === undefined || defined.has(name) || !isName(name)) return [];
    const namespace = textAt(ref, "namespace") ?? textAt(one, "metadata", "namespace");
    return namespaces
      .filter((known) => namespace === undefined || namespace === known)
      .map((known) => `${known}/${name}`);
  });
  return [...new Set(ids)];
}

/** Namespaces that a cluster's first objects need, beside those that every cluster has. */
export function namespacesOf(objects: readonly KubeObject[]): KubeObject[] {
  const names = objects.flatMap(({ metadata: { namespace } }) => namespace ?? []);
  return [...new Set(names)]
    .filter((name) => name !== "flux-system" && name !== "default")
    .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}
