import type { Coverage, NotEvaluated } from "@timonier/report/model";
import { fromTop, isWithin, pathsRead, type ReadableTree } from "./kustomize-reads.js";
import { parsed, type ScannedDocument } from "./scan.js";

/** The tree that the merge changes. */
export interface ChangedTree {
  readonly base: ReadableTree;
  readonly head: ReadableTree;
  /** Paths of the changed files. */
  readonly changed: readonly string[];
  /** Objects in the files of the head. */
  readonly documents: readonly ScannedDocument[];
}

/** A folder of the changed tree that a Kustomization or a release reads. */
export interface Reader {
  /** `Kustomization default/apps` */
  readonly name: string;
  readonly folder: string;
}

/** Which reconciliations of the cluster were evaluated. */
export interface EvaluationScope {
  /** Kustomizations and releases of base and head that read the changed tree. */
  readonly readers: readonly Reader[];
  /** Names of all Kustomizations and releases of the head. */
  readonly reconciliations: readonly string[];
  /** Names of those that were not evaluated. */
  readonly unevaluated: ReadonlySet<string>;
  /**
   * Folder that was rehearsed as a cluster, because the tree has none and no option names one. It
   * is not known which Kustomizations read the files outside of it.
   *
   * @default the tree's Flux objects or the options decide what is read
   */
  readonly guessed?: string;
}

/** How much was evaluated, and what was not. */
export interface FileCoverage {
  readonly coverage: Coverage;
  readonly notEvaluated: readonly NotEvaluated[];
}

/** A changed file that was not evaluated. */
export interface UnreadFile {
  readonly path: string;
  /** Names of the Kustomizations and releases that read it. */
  readonly readers: readonly string[];
}

/** Compares the changed files with the evaluated reconciliations. */
export function coverageOf(
  tree: ChangedTree,
  scope: EvaluationScope,
): FileCoverage & { readonly unread: readonly UnreadFile[] } {
  const readBy = readersByFile(tree, scope);
  const gaps = [...scope.unevaluated].some((name) => name.startsWith("Kustomization "));
  const isManifest = manifestsOf(tree);
  const blind = (path: string): string | undefined => {
    const readers = readBy.get(path) ?? [];
    const missing = readers.find((name) => scope.unevaluated.has(name));
    if (missing !== undefined) return `${missing} reads it, and was not evaluated`;
    if (readers.length > 0 || !isManifest(path)) return undefined;
    if (scope.guessed !== undefined) return `it is outside of ${scope.guessed}, the only folder that was evaluated`;
    return gaps ? "it may belong to something behind a Kustomization that was not evaluated" : undefined;
  };
  const relevant = tree.changed.filter((path) => readBy.has(path) || isManifest(path));
  const unread = relevant.flatMap((path) => {
    const reason = blind(path);
    return reason === undefined ? [] : [{ subject: path, reason, affected: true as const }];
  });
  return {
    coverage: {
      files: { evaluated: relevant.length - unread.length, all: relevant.length },
      reconciliations: {
        evaluated: scope.reconciliations.filter((name) => !scope.unevaluated.has(name)).length,
        all: scope.reconciliations.length,
      },
      objects: objectsEvaluated(tree, readBy, scope),
    },
    notEvaluated: unread,
    unread: unread.map(({ subject }) => ({ path: subject, readers: readBy.get(subject) ?? [] })),
  };
}

/** Names of the reconciliations that read each file, at base or head. */
function readersByFile({ base, head }: ChangedTree, { readers, unevaluated }: EvaluationScope): Map<string, string[]> {
  const folders = new Map<string, ReadonlySet<string>>();
  const filesOf = (folder: string, all: boolean) => {
    const key = `${all} ${folder}`;
    const known = folders.get(key) ?? new Set([...filesRead(base, folder, all), ...filesRead(head, folder, all)]);
    folders.set(key, known);
    return known;
  };
  const found = new Map<string, string[]>();
  for (const { name, folder } of readers) {
    for (const path of filesOf(folder, unevaluated.has(name))) {
      const names = found.get(path);
      if (!names) found.set(path, [name]);
      else if (!names.includes(name)) names.push(name);
    }
  }
  return found;
}

/**
 * Files that the build of a folder reads.
 *
 * @param all whether every file counts when a link or an unparsable file hides what is read; else
 * only the files of the folder count
 */
function filesRead(tree: ReadableTree, folder: string, all: boolean): readonly string[] {
  const read = pathsRead([folder], tree) ?? new Set(all ? [""] : [fromTop(folder)]);
  return tree.paths.filter((path) => [...read].some((one) => isWithin(path, one)));
}

/** Whether kustomize may read a file: a manifest, or any file beside or below a kustomization file. */
function manifestsOf({ base, head, documents }: ChangedTree): (path: string) => boolean {
  const written = new Set(documents.map(({ path }) => path));
  const folders = [...base.paths, ...head.paths]
    .filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path))
    .map((path) => path.slice(0, path.lastIndexOf("/") + 1));
  const inputs = new Set(folders.filter((folder) => folder !== ""));
  return (path) => {
    if (written.has(path) || looksLikeManifest(base.files.get(path))) return true;
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
      if (inputs.has(path.slice(0, at + 1))) return true;
    }
    return false;
  };
}

/** For files of the base that the head lacks. */
function looksLikeManifest(text: string | undefined): boolean {
  return text !== undefined && /^\s*["']?apiVersion["']?:/m.test(text) && /^\s*["']?kind["']?:/m.test(text);
}

/** Documents that kustomize itself reads and that are not objects of the cluster. */
const ofKustomize = /^(kustomize\.config\.k8s\.io|config\.kubernetes\.io|builtin)(\/|$)/;

function objectsEvaluated(
  { documents }: ChangedTree,
  readBy: ReadonlyMap<string, readonly string[]>,
  { unevaluated }: EvaluationScope,
): Coverage["objects"] {
  const objects = documents.filter(({ apiVersion }) => !ofKustomize.test(apiVersion));
  const evaluated = objects.filter(({ path }) => readBy.get(path)?.some((name) => !unevaluated.has(name)));
  return { evaluated: evaluated.length, all: objects.length };
}

/** Changed files that define one of the named objects: `HelmRelease default/podinfo`, or without its namespace. */
export function filesDefining({ changed, documents }: ChangedTree, names: ReadonlySet<string>): string[] {
  const differing = new Set(changed);
  const found = documents.filter((document) => {
    if (!differing.has(document.path)) return false;
    const object = parsed(document);
    if (!object) return false;
    return [...names].some((name) => {
      const [kind = "", rest = ""] = name.split(" ", 2);
      const [namespace, own] = rest.includes("/") ? rest.split("/", 2) : [undefined, rest];
      const isSame = object.kind === kind && object.metadata.name === own;
      return isSame && (object.metadata.namespace === undefined || object.metadata.namespace === namespace);
    });
  });
  return [...new Set(found.map(({ path }) => path))];
}
