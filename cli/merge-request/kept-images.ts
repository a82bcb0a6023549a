import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import { fileAt } from "@timonier/kit/gitlab-file";
import { markedImages } from "@timonier/kit/image-marker";
import type { Tree } from "@timonier/manifests/tree";
import type { Synthesis } from "./synthesis.js";

/** Files of the application repository, or of an earlier synthesis. */
export interface ExistingFiles {
  /** Text of a file. @returns undefined where there is none */
  read(path: string): Promise<string | undefined>;
  /** Paths of all files in the folders of synthesis. */
  list(): Promise<readonly string[]>;
}

/**
 * Gives a synthesis the tags that Git has of the images that automation owns, so that no older tag
 * is proposed.
 */
export async function keepImages(synthesis: Synthesis, existing: ExistingFiles): Promise<Synthesis> {
  const images = await imagesIn(synthesis.trees.application, existing);
  return images.size === 0 ? synthesis : synthesis.withImages(images);
}

/** Whether Git has other tags than a synthesis, because image automation was merged after it. */
export async function hasOtherImages(synthesis: Synthesis, existing: ExistingFiles): Promise<boolean> {
  const images = await imagesIn(synthesis.trees.application, existing);
  return [...images].some(([policy, image]) => synthesis.input.images?.get(policy) !== image);
}

/** The images of marked lines, by their policies. Without marks in the tree nothing is read. */
async function imagesIn(tree: Tree, { read, list }: ExistingFiles): Promise<ReadonlyMap<string, string>> {
  const marked = [...tree].map(([path, text]) => [path, [...markedImages(text).keys()]] as const);
  const wanted = marked.filter(([, policies]) => policies.length > 0);
  if (wanted.length === 0) return new Map();
  const found = await readMarked(
    wanted.map(([path]) => path),
    read,
  );
  if (wanted.every(([, policies]) => policies.every((policy) => found.has(policy)))) return found;
  // A file with another name or in another folder than before still has the tag.
  const own = new Set(wanted.map(([path]) => path));
  const others = (await list()).filter((path) => /\.ya?ml$/.test(path) && !own.has(path));
  return new Map([...(await readMarked(others, read)), ...found]);
}

/** Number of files that are read at the same time. */
const atOnce = 8;

async function readMarked(paths: readonly string[], read: ExistingFiles["read"]): Promise<Map<string, string>> {
  const images = new Map<string, string>();
  for (let start = 0; start < paths.length; start += atOnce) {
    const texts = await Promise.all(paths.slice(start, start + atOnce).map(read));
    for (const text of texts) for (const [policy, image] of markedImages(text ?? "")) images.set(policy, image);
  }
  return images;
}

/** The files of a branch on GitLab. @param folders that belong to synthesis */
export function filesOfBranch(
  client: Pick<GitLab, "RepositoryFiles" | "Repositories">,
  project: string,
  { branch, folders }: { readonly branch: string; readonly folders: readonly string[] },
): ExistingFiles {
  return {
    read: (path) => fileAt(client, project, path, branch),
    list: async () => {
      const query = { ref: branch, recursive: true, perPage: 100 };
      const trees = folders.map((path) =>
        unlessGone(client.Repositories.allRepositoryTrees(project, { ...query, path })),
      );
      return (await Promise.all(trees)).flatMap((tree = []) =>
        tree.filter(({ type }) => type === "blob").map(({ path }) => path),
      );
    },
  };
}

/** The files of a clone, or of dist/application. @param folders that belong to synthesis */
export function filesOfFolder(root: string, folders: readonly string[]): ExistingFiles {
  return {
    read: (path) => readFile(join(root, path), "utf8").catch(undefinedIfMissing),
    list: async () => {
      const found = await Promise.all(
        folders.map((folder) =>
          readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(undefinedIfMissing),
        ),
      );
      return found.flatMap((entries = []) =>
        entries
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/")),
      );
    },
  };
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
  return undefined;
}
