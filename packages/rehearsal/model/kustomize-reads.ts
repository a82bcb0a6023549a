import { posix } from "node:path";
import type { TreeFiles } from "./scan.js";
import { yamlDocuments } from "./yaml-text.js";

/** A tree, as kustomize reads it. */
export interface ReadableTree {
  /** Text of its YAML files by path from the top. */
  readonly files: TreeFiles;
  /** All paths. */
  readonly paths: readonly string[];
  /** Paths of symbolic links and submodules, whose targets are not known. */
  readonly links: readonly string[];
}

/**
 * Names of the kustomization file in a folder.
 *
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
const names = new Set(["kustomization.yaml", "kustomization.yml", "Kustomization"]);

/** Fields with plugin files, which may name further files. */
const plugins = /^["']?(generators|transformers|validators)["']?\s*:/m;

/** Whether a path is a kustomization file. */
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
 * Folders and files that a build may read: those of its start, and those outside of them that their
 * kustomizations name, directly or in the file of a plugin.
 *
 * @param start paths of a Flux Kustomization, from the top of the tree
 * @returns undefined when a link or an unparsable file hides what is read
 */
export function pathsRead(start: readonly string[], tree: ReadableTree): ReadonlySet<string> | undefined {
  const read = new Set<string>();
  const open = start.map(fromTop);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const path = next;
    if ([...read].some((one) => isWithin(path, one))) continue;
    // A symbolic link in the path, or below it, has an unknown target.
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

/** Paths outside of a folder that one of its kustomizations names. @returns undefined when it cannot be read */
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
      // A plugin's file is YAML.
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

/** Relative paths in a YAML file that leave its folder. @returns undefined when it is not YAML */
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

/** `key=../file` also names a file, and a text of several lines may be an inline plugin. */
function outwardPaths(text: string): string[] {
  if (!text.includes("..")) return [];
  if (text.includes("\n")) return outwardIn(text) ?? text.split(/[\s"'=,[\]{}]+/).filter((part) => part.includes(".."));
  const file = text.slice(text.lastIndexOf("=") + 1);
  return [text, file].filter((path) => /(^|\/)\.\.(\/|$)/.test(path) && !path.includes("://"));
}
