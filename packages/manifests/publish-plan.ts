import { createHash } from "node:crypto";
import { dirname, join } from "node:path/posix";
import { ownedFilesName } from "./owned-files.js";
import type { Tree } from "./tree.js";

/** Current contents of a repository's folders. */
export interface RepositoryFiles {
  /** Git's object ids of the files, by path from the repository's top. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Paths from the repository's top that an earlier synthesis wrote. */
  readonly owned: ReadonlySet<string>;
}

/** One change of one file, as GitLab's commits API takes it. */
export type FileAction =
  | { readonly action: "create" | "update"; readonly filePath: string; readonly content: string }
  | { readonly action: "delete"; readonly filePath: string };

/**
 * Changes after which the repository contains the tree: files that are new or differ, and deletions
 * of files that an earlier synthesis wrote and this one does not. Other files stay. Sorted by path,
 * so that equal differences give equal commits.
 */
export function planPublish(current: RepositoryFiles, tree: Tree): FileAction[] {
  const actions: FileAction[] = [];
  for (const [filePath, content] of tree) {
    const blob = current.blobs.get(filePath);
    if (blob === undefined) actions.push({ action: "create", filePath, content });
    else if (blob !== blobId(content, blob.length)) actions.push({ action: "update", filePath, content });
  }
  for (const filePath of current.owned) {
    if (!tree.has(filePath) && current.blobs.has(filePath)) actions.push({ action: "delete", filePath });
  }
  return actions.sort((one, other) => (one.filePath < other.filePath ? -1 : 1));
}

/** Folders for which a tree has a list of synthesized files; nothing outside of them is read or changed. */
export function foldersOf(tree: Tree, more: readonly string[] = []): string[] {
  const listed = [...tree.keys()].filter((path) => path.endsWith(`/${ownedFilesName}`)).map((path) => dirname(path));
  return [...new Set([...listed, ...more])];
}

/** Paths in the repository of the files in a folder's list. */
export function ownedPaths(folder: string, names: Iterable<string>): string[] {
  return [...names].map((name) => join(folder, name));
}

/**
 * Id that Git gives to a file with this content.
 *
 * @param length of an id of the same repository: 40 digits are SHA-1, 64 are SHA-256
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export function blobId(content: string, length = 40): string {
  const bytes = Buffer.from(content);
  return createHash(length === 64 ? "sha256" : "sha1")
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest("hex");
}
