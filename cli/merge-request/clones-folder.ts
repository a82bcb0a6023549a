import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identify, type ProcessIdentity } from "@timonier/kit/daemon";
import { StateFolder } from "@timonier/kit/state-folder";

/** Name of the file that says which process owns a folder. */
const ownerFile = "owner.json";

/**
 * Runs work with a folder for clones of private repositories. It is deleted afterwards; the folders
 * of runs that were killed are deleted by the next run.
 */
export async function withClonesFolder<T>(
  work: (folder: string) => Promise<T>,
  { root }: Pick<StateFolder, "root"> = new StateFolder(),
): Promise<T> {
  const all = join(root, "clones");
  await mkdir(all, { recursive: true, mode: 0o700 });
  await removeAbandoned(all);
  const own = await mkdtemp(join(all, "run-"));
  try {
    await writeFile(join(own, ownerFile), JSON.stringify(identify(process.pid)));
    const folder = join(own, "clones");
    await mkdir(folder);
    return await work(folder);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function removeAbandoned(all: string): Promise<void> {
  for (const name of await readdir(all)) {
    const folder = join(all, name);
    const owner = await ownerOf(folder);
    // Without an owner it was made just now, or its run was killed just then: the next run decides.
    if (owner && identify(owner.pid)?.started !== owner.started) await rm(folder, { recursive: true, force: true });
  }
}

async function ownerOf(folder: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, ownerFile), "utf8"));
  } catch {
    return undefined;
  }
}
