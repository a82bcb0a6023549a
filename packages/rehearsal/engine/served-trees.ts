import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { CIPHER_TEXT, isEncrypted, keysOfValues, replaceEncrypted } from "../model/encrypted.js";
import { scan, type TreeFiles } from "../model/scan.js";
import type { ScannedTree } from "../model/source-routes.js";
import type { Repository } from "./compared-revisions.js";
import { readFiles, readFilesWith, treeIdOf } from "./git-clone.js";
import { fetchMissing } from "./missing-objects.js";
import { commitFolder, createServedRepository, withReplaced } from "./served-repository.js";

/** A revision of a tree, as it is served. */
export interface TreeRevision {
  /** Served commit: the clone's own one, or one that replaces it. */
  readonly commit: string;
  readonly treeId: string;
  readonly files: TreeFiles;
  /** Paths of the encrypted files. */
  readonly encrypted: readonly string[];
}

/** A tree that is served to source-controller. */
export interface ServedTree {
  readonly gitDir: string;
  readonly scanned: ScannedTree;
  readonly base: TreeRevision;
  readonly head: TreeRevision;
  readonly repository: Repository;
  /** Other commits that sources follow, by the clone's commit. */
  readonly others: Map<string, Promise<TreeRevision>>;
}

/** Creates the bare repository of a tree and reads base and head. @throws UserError for a folder that does not exist */
export async function serveTree(
  folder: string,
  name: string,
  repository: Repository,
  dir: string | undefined,
): Promise<ServedTree> {
  const gitDir = join(folder, `${name}.git`);
  const { clone } = repository;
  await fetchMissing(clone, [repository.base, ...(repository.head === undefined ? [] : [repository.head])]);
  await createServedRepository(gitDir, clone);
  const headCommit = repository.head ?? (await folderCommit(gitDir, dir ?? ""));
  const [base, head] = await Promise.all([
    readRevision(gitDir, repository.base),
    headCommit === repository.base ? undefined : readRevision(gitDir, headCommit),
  ]);
  const { origin } = clone;
  const after = head ?? base;
  const documents = scan(base.files);
  return {
    gitDir,
    repository,
    base,
    head: after,
    others: new Map(),
    scanned: {
      name,
      ...(origin && { origin }),
      as: repository.as,
      base: documents,
      head: head ? scan(head.files) : documents,
    },
  };
}

async function folderCommit(gitDir: string, dir: string): Promise<string> {
  const folder = resolve(dir);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(
      "there is no such folder",
      folder,
      "name a folder with the content of the repository: --dir DIR",
      { code: "TIM-629" },
    );
  }
  return await commitFolder(gitDir, folder);
}

async function readRevision(gitDir: string, commit: string): Promise<TreeRevision> {
  const [files, others] = await Promise.all([readFiles(gitDir, commit), readFilesWith(gitDir, commit, CIPHER_TEXT)]);
  const encrypted = [...new Map([...files, ...others])].filter(([, text]) => isEncrypted(text));
  if (encrypted.length === 0) return { commit, treeId: await treeIdOf(gitDir, commit), files, encrypted: [] };
  const maps = keysOfValues(scan(files));
  const replaced = encrypted.flatMap(([path, text]): [string, string][] => {
    const clear = replaceEncrypted({ path, text, maps });
    return clear === undefined ? [] : [[path, clear]];
  });
  const served = await withReplaced(gitDir, commit, replaced);
  return { commit: served, treeId: await treeIdOf(gitDir, served), files, encrypted: encrypted.map(([path]) => path) };
}

/** Another commit of a tree, as it is served. It is read once. */
export async function revisionAt({ gitDir, others, repository }: ServedTree, commit: string): Promise<TreeRevision> {
  const known = others.get(commit) ?? fetchMissing(repository.clone, [commit]).then(() => readRevision(gitDir, commit));
  others.set(commit, known);
  return await known;
}
