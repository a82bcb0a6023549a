import { mkdir, readdir, readFile, realpath, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import {
  type OwnedFiles,
  ownedFilesOf,
  parseOwnedFiles,
  refuseOutside,
  renderOwnedFiles,
  sha256,
} from "./owned-files.js";
import type { Tree } from "./tree.js";

/** What {@link writeTree} did, by path. */
export interface TreeWritten {
  /** New or with other content than before. */
  readonly written: readonly string[];
  /** No longer synthesized and deleted. */
  readonly removed: readonly string[];
  /** No longer synthesized, but changed by hand since: left alone, and from now on nobody's but yours. */
  readonly kept: readonly string[];
}

/**
 * Makes a folder hold a tree.
 *
 * Files that an earlier call wrote and that are no longer in the tree are deleted; files that it did not write are left
 * alone. Each file appears whole or not at all, and a file that has its content already is not touched. What was written is
 * remembered beside the folder, in `DIR.written.json`, so that the folder holds the tree and nothing else.
 *
 * @param dir made when it is missing
 * @throws UserError for a path, or a symbolic link on the way, that leads out of `dir`
 */
export async function writeTree(dir: string, tree: Tree): Promise<TreeWritten> {
  for (const path of tree.keys()) refuseOutside(path, dir);
  await mkdir(dir, { recursive: true });
  const list = listOf(dir);
  const before = parseOwnedFiles(await contentOf(list), list);
  const after = ownedFilesOf(tree);

  // First the union: a run that is interrupted here leaves no file that the next one would not recognize as ours.
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

/** The file beside a folder that remembers what was written there. */
function listOf(dir: string): string {
  return `${resolve(dir)}.written.json`;
}

async function writeChanged(dir: string, path: string, content: string): Promise<boolean> {
  const file = join(dir, path);
  await mkdir(dirname(file), { recursive: true });
  await refuseDetour(dir, dirname(file));
  if ((await contentOf(file)) === content) return false;
  // Whole or not at all without waiting for the disk: after a power cut it is synthesized again.
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
    await refuseDetour(dir, dirname(file));
    if (sha256(content) !== hash) {
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

async function refuseDetour(dir: string, folder: string): Promise<void> {
  const [root, real] = await Promise.all([realpath(dir), realpath(folder)]);
  if (real === root || real.startsWith(root + sep)) return;
  throw new UserError("a symbolic link leads out of the folder", folder, "remove the link");
}

async function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
