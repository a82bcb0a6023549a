import { posix } from "node:path";
import { parse } from "yaml";

/** Files of one tree. */
export interface FileTree {
  /** Paths of all files, from the top of the tree. */
  readonly paths: readonly string[];
  /** Text of the tree's YAML and JSON files, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Names under which kustomize finds its own file in a folder. @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */
const kustomizationFiles = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/**
 * Every file that a Flux Kustomization of a folder may read: all that the folder holds, and what the kustomization files in it
 * name outside of it (bases, components, patches, generators, charts), followed from file to file.
 *
 * It may return more than is read, never less: a folder is taken as a whole, and every text in a kustomization file that is the
 * path of a file or a folder counts as read.
 */
export function filesRead(tree: FileTree, folder: string): Set<string> {
  const known = new Set(tree.paths);
  const folders = foldersOf(tree.paths);
  const found = new Set<string>();
  const open = [fromTop(folder)];
  const done = new Set<string>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (done.has(next)) continue;
    done.add(next);
    const prefix = next === "" ? "" : `${next}/`;
    for (const path of tree.paths) if (path.startsWith(prefix)) found.add(path);
    for (const path of tree.paths.filter((one) => one.startsWith(prefix) && isKustomization(one))) {
      for (const text of namedIn(tree.files.get(path))) {
        const target = posix.join(posix.dirname(path), text).replace(/\/$/, "");
        if (known.has(target)) found.add(target);
        else if (folders.has(target) && !`${target}/`.startsWith(prefix)) open.push(target);
      }
    }
  }
  return found;
}

function isKustomization(path: string): boolean {
  return kustomizationFiles.includes(posix.basename(path));
}

/** Every text of a kustomization file that may be a path; of `name=path`, as generators write it, the part behind the sign. */
function namedIn(text: string | undefined): string[] {
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    // The controller reports it. Lines are taken instead, so that nothing is left out.
    value = text.split("\n").map((line) => line.replace(/^[\s-]*/, "").trim());
  }
  return textsOf(value).flatMap((one) => (one.includes("=") ? [one, one.slice(one.indexOf("=") + 1)] : [one]));
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string")
    return value.length > 0 && value.length < 1_000 && !value.includes("\n") ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

function foldersOf(paths: readonly string[]): Set<string> {
  const folders = new Set<string>([""]);
  for (const path of paths) {
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
  }
  return folders;
}

/** `./apps/web/` and `/apps/web` → `apps/web`, `.` → ``. */
function fromTop(folder: string): string {
  return posix.join("/", folder).replace(/^\/|\/$/g, "");
}
