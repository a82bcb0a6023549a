import { ownedFilesName, ownedFilesOf, parseOwnedFiles, renderOwnedFiles } from "./owned-files.js";
import type { Tree } from "./tree.js";

/** Two versions of one folder with a list of synthesized files. */
export interface FolderVersions {
  /** Folder of the list, from the top of the repository. */
  readonly folder: string;
  /** The files of the folder as they are now, by path from the top of the repository. */
  readonly present: Tree;
  /** The files of the other version. */
  readonly other: Tree;
  /** Whether a file, by its path from the top of the repository, is taken from the other version. */
  readonly isTaken: (path: string) => boolean;
}

/**
 * A version of the folder in which some files are those of another version, or are gone because the
 * other version lacks them, and all others stay. Files that no synthesis wrote are not part of it.
 *
 * @throws UserError when a list of files is invalid
 */
export function composeFolder({ folder, present, other, isTaken }: FolderVersions): Tree {
  const listPath = `${folder}/${ownedFilesName}`;
  const owned = parseOwnedFiles(present.get(listPath), listPath);
  const files = new Map<string, string>();
  const digests = new Map<string, string>();
  for (const [name, digest] of owned) {
    const text = present.get(`${folder}/${name}`);
    if (isTaken(`${folder}/${name}`) || text === undefined) continue;
    files.set(name, text);
    // The digest of the synthesis and not of the file, which somebody may have changed.
    digests.set(name, digest);
  }
  const taken = [...other].filter(([path]) => path.startsWith(`${folder}/`) && path !== listPath && isTaken(path));
  for (const [path, text] of taken) files.set(path.slice(folder.length + 1), text);
  for (const [name, digest] of ownedFilesOf(new Map(taken))) digests.set(name.slice(folder.length + 1), digest);
  if (files.size === 0) return new Map();
  const sorted = [...files].sort(([one], [another]) => (one < another ? -1 : 1));
  return new Map([
    ...sorted.map(([name, text]): [string, string] => [`${folder}/${name}`, text]),
    [listPath, renderOwnedFiles(digests)],
  ]);
}
