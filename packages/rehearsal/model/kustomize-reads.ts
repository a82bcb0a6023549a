import { posix } from "node:path";
import type { TreeFiles } from "./scan.js";
import { yamlDocuments } from "./yaml-text.js";

/** A tree, as kustomize can read it. */
export interface ReadableTree {
  /** Text of its YAML files by path from the top. */
  readonly files: TreeFiles;
  /** Paths of everything in it. */
  readonly paths: readonly string[];
  /** Paths of symbolic links and submodules: what is behind them is not known. */
  readonly links: readonly string[];
}

/** Names under which kustomize looks for its file in a folder. @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */
const names = new Set(["kustomization.yaml", "kustomization.yml", "Kustomization"]);

/** Fields that name files which kustomize runs as plugins: these may name further files. */
const plugins = /^["']?(generators|transformers|validators)["']?\s*:/m;

/** Whether a path is that of a kustomization. */
export function isKustomizationFile(path: string): boolean {
  return names.has(posix.basename(path));
}

/** `./apps/web/` and `/apps/web` → `apps/web`, `.` → ``. */
export function fromTop(path: string): string {
  return posix.join("/", path).replace(/^\/|\/$/g, "");
}

/** Whether a path is another one, or below it. @param folder from the top; `` is the top */
export function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/**
 * Folders and files that a build may read: those that it starts with, and whatever the kustomizations in them name outside of them,
 * directly or by a plugin's own file. undefined: a link or a file that cannot be parsed hides what is read.
 *
 * @param start paths as a Flux Kustomization has them, from the top of the tree
 */
export function pathsRead(start: readonly string[], tree: ReadableTree): ReadonlySet<string> | undefined {
  const read = new Set<string>();
  const open = start.map(fromTop);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const path = next;
    if ([...read].some((one) => isWithin(path, one))) continue;
    // A link on the way, or below, leads elsewhere.
    if (tree.links.some((link) => isWithin(link, path) || isWithin(path, link))) return undefined;
    read.add(path);
    for (const file of tree.paths.filter((one) => isWithin(one, path))) {
      const named = isKustomizationFile(file) ? namedBy(file, path, tree) : [];
      if (named === undefined) return undefined;
      open.push(...named);
    }
  }
  return read;
}

/** Paths outside of a folder that one of its kustomizations names. undefined: it cannot be read. */
function namedBy(file: string, folder: string, tree: ReadableTree): string[] | undefined {
  const text = tree.files.get(file);
  if (text === undefined) return undefined;
  const from = posix.dirname(file);
  const found = outwardIn(text);
  if (found === undefined) return undefined;
  const named = found.map((path) => posix.join(from, path));
  if (plugins.test(text)) {
    for (const [path, config] of tree.files) {
      if (!isWithin(path, folder) || isKustomizationFile(path) || !config.includes("..")) continue;
      // A file that is no YAML is no plugin's.
      for (const one of outwardIn(config) ?? [])
        named.push(posix.join(from, one), posix.join(posix.dirname(path), one));
    }
  }
  return named.filter((path) => !isWithin(path, folder) && (exists(path, tree) || isLinked(path, tree)));
}

function exists(path: string, { paths }: ReadableTree): boolean {
  return paths.some((one) => isWithin(one, path));
}

function isLinked(path: string, { links }: ReadableTree): boolean {
  return links.some((link) => isWithin(path, link));
}

/** Relative paths in a YAML file that go up. undefined: it is no YAML. */
function outwardIn(text: string): string[] | undefined {
  if (!text.includes("..")) return [];
  try {
    return yamlDocuments(text).flatMap((document) => {
      if (document.errors.length > 0) throw document.errors[0];
      return textsIn(document.toJS()).flatMap(outwardPaths);
    });
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** `key=../file` names a file, too, and a text of several lines may be a whole plugin. */
function outwardPaths(text: string): string[] {
  if (!text.includes("..")) return [];
  if (text.includes("\n")) return outwardIn(text) ?? text.split(/[\s"'=,[\]{}]+/).filter((part) => part.includes(".."));
  const file = text.slice(text.lastIndexOf("=") + 1);
  return [text, file].filter((path) => /(^|\/)\.\.(\/|$)/.test(path) && !path.includes("://"));
}
