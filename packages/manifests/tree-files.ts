import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { Tree, Trees } from "./tree.js";
import { type TreeWritten, writeTree } from "./write-tree.js";

/** Writes both trees, each into the folder of its name. */
export async function writeTrees(outdir: string, trees: Trees): Promise<Record<keyof Trees, TreeWritten>> {
  return {
    setup: await writeTree(join(outdir, "setup"), trees.setup),
    application: await writeTree(join(outdir, "application"), trees.application),
  };
}

/**
 * Reads what an earlier {@link writeTrees} wrote into a folder.
 *
 * @throws UserError when there is no `setup` or `application`
 */
export async function readTrees(dir: string): Promise<Trees> {
  return { setup: await readTree(join(dir, "setup")), application: await readTree(join(dir, "application")) };
}

async function readTree(dir: string): Promise<Tree> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    const fix = "use a folder with `setup` and `application` from `timonier synth`";
    throw new UserError(`the folder does not contain synthesized manifests (${cause.code})`, dir, fix, {
      code: "TIM-710",
      cause,
    });
  });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (file): Promise<[string, string]> => {
    return [relative(dir, file).split(sep).join("/"), await readFile(file, "utf8")];
  });
  return new Map(await Promise.all(read));
}
