import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { sourceName } from "../apps/delivery.js";
import { readSettings } from "../apps/settings-file.js";
import { UserError } from "../core/user-error.js";
import { synthesize, type Tree, type Trees } from "./tree.js";
import { type TreeWritten, writeTree } from "./write-tree.js";

/** What `cdk8s synth` may be told by its environment. */
export interface SynthEnvironment {
  /** Name of the cluster. @default "embedded" */
  readonly TIMONIER_CLUSTER?: string | undefined;
  /** Address of the application repository. @default `application.url` of apps/settings.yaml */
  readonly TIMONIER_APPLICATION_URL?: string | undefined;
  /** Where to write; cdk8s sets it. @default "dist" */
  readonly CDK8S_OUTDIR?: string | undefined;
}

/** Synthesizes from the committed settings and writes `setup` and `application` below the output folder. */
export async function synth(env: SynthEnvironment): Promise<Record<keyof Trees, TreeWritten>> {
  const settings = await readSettings();
  const trees = synthesize({
    cluster: env.TIMONIER_CLUSTER || "embedded",
    application: {
      url: env.TIMONIER_APPLICATION_URL || settings.application.url,
      branch: settings.application.branch,
      secretName: sourceName,
    },
    settings,
  });
  return writeTrees(env.CDK8S_OUTDIR || "dist", trees);
}

/** Writes both trees, each into the folder of its name. */
export async function writeTrees(outdir: string, trees: Trees): Promise<Record<keyof Trees, TreeWritten>> {
  return {
    setup: await writeTree(join(outdir, "setup"), trees.setup),
    application: await writeTree(join(outdir, "application"), trees.application),
  };
}

/** What an earlier {@link writeTrees} left below a folder. @throws UserError when there is no `setup` or `application` */
export async function readTrees(dir: string): Promise<Trees> {
  return { setup: await readTree(join(dir, "setup")), application: await readTree(join(dir, "application")) };
}

async function readTree(dir: string): Promise<Tree> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    const fix = "name a folder with the setup and application that `timonier synth` wrote";
    throw new UserError(`there is no tree (${cause.code})`, dir, fix, { cause });
  });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (file): Promise<[string, string]> => {
    return [relative(dir, file).split(sep).join("/"), await readFile(file, "utf8")];
  });
  return new Map(await Promise.all(read));
}

/** The command of cdk8s.yaml: an error that a user can mend is shown without a stack trace. */
export async function main(): Promise<void> {
  try {
    await synth(process.env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
