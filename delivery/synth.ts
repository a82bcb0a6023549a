import { join } from "node:path";
import { sourceName } from "../apps/delivery.js";
import { readSettings } from "../apps/settings-file.js";
import { UserError } from "../core/user-error.js";
import { synthesize, type Trees } from "./tree.js";
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
