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
  /** `OCIRepository flux-system/flux-system`: sources of other kinds for which a GitRepository of that name stands. @default none */
  readonly artifacts?: readonly string[];
}

/** What is known of a tree beside its files. */
interface Tree {
  readonly documents: readonly ScannedDocument[];
  readonly files: TreeFiles;
  /** Address of the clone's remote. */
  readonly origin?: string | undefined;
  /** Branch that a source follows where nothing says which. */
  readonly branch: string;
}

export const SOURCE = "source.toolkit.fluxcd.io";
export const KUSTOMIZE = "kustomize.toolkit.fluxcd.io";

/** Address of a source that stands for this repository and has none of its own. */
const NOWHERE = "https://rehearsal.invalid/tree.git";

/**
 * Clusters whose Flux follows a tree: those that `flux bootstrap` made or is to make, those of a FluxInstance, and those whose first
 * source and Kustomization were written by hand.
 */
export function clustersOf(tree: Tree): Root[] {
  const known = distinct([...bootstrapped(tree), ...instances(tree)]);
  const more = known.length > 0 ? known : notBootstrapped(tree);
  return distinct([...more, ...byHand(tree, more)]);
}

function distinct(roots: readonly Root[]): Root[] {
  const byCluster = new Map<string, Root>();
  for (const root of roots) if (!byCluster.has(root.cluster ?? "")) byCluster.set(root.cluster ?? "", root);
  return [...byCluster.values()];
}

/** By their `flux-system/gotk-sync.yaml`, with what it holds: nothing before `flux bootstrap` fills it. */
function bootstrapped({ documents, files, branch }: Tree): Root[] {
  const paths = [...files.keys()].filter((path) => /(^|\/)flux-system\/gotk-sync\.yaml$/.test(path));
  return paths.map((path) => {
    const folder = folderOf(folderOf(path)) || ".";
    const objects = documents.filter((one) => one.path === path).flatMap((one) => parsed(one) ?? []);
    return objects.length > 0 ? { cluster: folder, objects } : rootOfFolder(folder, "flux-system/flux-system", branch);
  });
}

/** By the Kustomizations whose source is written down nowhere: it is bootstrap that makes it. */
function notBootstrapped({ documents, files, branch }: Tree): Root[] {
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

function holdsFolder(paths: ReadonlySet<string>, folder: string): boolean {
  return [...paths].some((path) => folderOf(path) === folderIn(folder));
}

function rootOfFolder(folder: string, id: string, branch: string): Root {
  const [namespace = "", name = ""] = id.split("/");
  const metadata = { name, namespace };
  return {
    cluster: folder,
    objects: [sourceOf(metadata, branch), kustomizationOf(metadata, `./${folderIn(folder)}`)],
    simulated: [`that Flux was bootstrapped with the folder ${folder}, as GitRepository ${id}`],
  };
}

/** A source of this repository that no manifest says. */
export function sourceOf(metadata: KubeObject["metadata"], branch: string): KubeObject {
  return {
    apiVersion: `${SOURCE}/v1`,
    kind: "GitRepository",
    metadata,
    spec: { interval: "1h", url: NOWHERE, ref: { branch } },
  };
}

/** By the `sync` of a FluxInstance, of the values of its chart, or of a file with such values. @see https://fluxcd.control-plane.io/operator/fluxinstance/ */
function instances({ documents, files, branch }: Tree): Root[] {
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
  return [...own, ...inReleases, ...inValues].flatMap(
    ({ sync, namespace }) => rootOfSync(sync, namespace, branch) ?? [],
  );
}

function valuesIn(text: string): unknown {
  try {
    return yamlDocuments(text)[0]?.toJS();
  } catch {
    return undefined;
  }
}

function rootOfSync(sync: unknown, space: string | undefined, branch: string): Root | undefined {
  const [path, url] = [textAt(sync, "path"), textAt(sync, "url")];
  if (path === undefined || url === undefined) return undefined;
  const kind = textAt(sync, "kind") ?? "GitRepository";
  const namespace = space && isName(space) ? space : "flux-system";
  const name = textAt(sync, "name") ?? namespace;
  const isGit = kind === "GitRepository" && /^(https?|ssh):\/\//.test(url);
  const ref = textAt(sync, "ref");
  const metadata = { name: isName(name) ? name : "flux-system", namespace };
  const source = sourceOf(metadata, branch);
  const ownRef = { ...source, spec: { interval: "1h", url, ...(ref ? { ref: { name: ref } } : { ref: { branch } }) } };
  return {
    cluster: folderIn(path) || ".",
    objects: [isGit ? ownRef : source, kustomizationOf(metadata, path)],
    ...(!isGit && {
      artifacts: [`${kind} ${namespace}/${metadata.name}`],
      simulated: [`that ${kind} ${namespace}/${metadata.name} (${url}) has the files of this repository`],
    }),
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
function byHand(tree: Tree, known: readonly Root[]): Root[] {
  const { documents, files } = tree;
  const all = pairs(tree);
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
  return withReach
    .filter(({ pair, reach }) => {
      if (holdsFolder(covered, pair.folder)) return false;
      const others = withReach.filter((other) => other.pair !== pair && holdsFolder(other.reach, pair.folder));
      // Where both apply each other, the one whose source more Kustomizations read was first.
      return others.every((other) => holdsFolder(reach, other.pair.folder) && uses(pair) >= uses(other.pair));
    })
    .map(({ pair: { folder, source, kustomizations } }) => ({
      cluster: folder || ".",
      objects: [source, ...kustomizations].map(inFluxSystem),
    }));
}

function pairs({ documents, files, origin }: Tree): Pair[] {
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
function reachedBy(
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

/** A root with a GitRepository for each artifact that the user gives a clone for: `--source` may name one of any kind. */
export function withArtifacts(root: Root, documents: readonly ScannedDocument[], named: readonly string[]): Root {
  const kinds = ["OCIRepository", "Bucket"];
  const sources = kinds.flatMap((kind) =>
    objectsOf(documents, SOURCE, kind).map(({ metadata }) => ({ kind, metadata })),
  );
  const found = sources.filter(({ metadata: { namespace, name } }) => named.includes(`${namespace}/${name}`));
  const ids = [...new Set(found.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`))];
  if (ids.length === 0) return root;
  const repositories = ids.map((id) => {
    const [namespace = "", name = ""] = id.slice(id.indexOf(" ") + 1).split("/");
    return sourceOf({ namespace, name }, "main");
  });
  return { ...root, objects: [...root.objects, ...repositories], artifacts: [...(root.artifacts ?? []), ...ids] };
}
