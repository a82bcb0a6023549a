import { mkdir, readdir, readFile, realpath, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import {
  contentHash,
  type OwnedFiles,
  ownedFilesOf,
  parseOwnedFiles,
  refuseOutside,
  renderOwnedFiles,
} from "./owned-files.js";
import type { Tree } from "./tree.js";

/** Result of {@link writeTree}, by path. */
export interface TreeWritten {
  /** Created, or changed. */
  readonly written: readonly string[];
  /** Deleted, because they are no longer synthesized. */
  readonly removed: readonly string[];
  /**
   * No longer synthesized, but kept because they were changed by hand. They no longer belong to
   * this program.
   */
  readonly kept: readonly string[];
}

/**
 * Writes a tree into a folder.
 *
 * Files that an earlier call wrote and that are no longer in the tree are deleted; other files
 * stay. Each write is atomic, and a file that already has its content is not written.
 * `DIR.written.json` beside the folder lists the written files, so that the folder contains nothing
 * but the tree.
 *
 * @param dir created when it is missing
 * @throws UserError for a path or a symbolic link that leads out of `dir`
 */
export async function writeTree(dir: string, tree: Tree): Promise<TreeWritten> {
  for (const path of tree.keys()) refuseOutside(path, dir);
  await mkdir(dir, { recursive: true });
  const list = listOf(dir);
  const before = parseOwnedFiles(await contentOf(list), list);
  const after = ownedFilesOf(tree);

  // The list contains new files before they are written, so that the next run knows the files of an
  // interrupted one.
  if ([...after.keys()].some((path) => !before.has(path))) {
    await writeFileAtomic(list, renderOwnedFiles(new Map([...after, ...before])));
  }
  const written: string[] = [];
  for (const [path, content] of tree) if (await writeChanged(dir, path, content)) written.push(path);
  const { removed, kept } = await removeStale(dir, before, after);
  const rendered = renderOwnedFiles(after);
  if ((await contentOf(list)) !== rendered) await writeFileAtomic(list, rendered);
  return { written, removed, kept };
}

/** File beside a folder with the list of the files that were written into it. */
function listOf(dir: string): string {
  return `${resolve(dir)}.written.json`;
}

async function writeChanged(dir: string, path: string, content: string): Promise<boolean> {
  const file = join(dir, path);
  await mkdir(dirname(file), { recursive: true });
  await rejectLinkOutside(dir, dirname(file));
  if ((await contentOf(file)) === content) return false;
  // Atomic, without waiting for the disk: after a power failure the file is synthesized again.
  await writeFileAtomic(file, content, { fsync: false });
  return true;
}

async function removeStale(dir: string, before: OwnedFiles, after: OwnedFiles) {
  const removed: string[] = [];
  const kept: string[] = [];
  for (const [path, hash] of before) {
    if (after.has(path)) continue;
    const file = join(dir, path);
    const content = await contentOf(file);
    if (content === undefined) continue;
    await rejectLinkOutside(dir, dirname(file));
    if (contentHash(content) !== hash) {
      kept.push(path);
      continue;
    }
    await rm(file);
    await removeEmptyFolders(dir, dirname(path));
    removed.push(path);
  }
  return { removed, kept };
}

async function removeEmptyFolders(dir: string, folder: string): Promise<void> {
  for (let at = folder; at !== "."; at = dirname(at)) {
    if ((await readdir(join(dir, at))).length > 0) return;
    await rmdir(join(dir, at));
  }
}

async function rejectLinkOutside(dir: string, folder: string): Promise<void> {
  const [root, real] = await Promise.all([realpath(dir), realpath(folder)]);
  if (real === root || real.startsWith(root + sep)) return;
  throw new UserError("a symbolic link leads out of the folder", folder, "remove the link", { code: "TIM-713" });
}

async function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
