import { UserError } from "@timonier/kit/user-error";
import type { Trees } from "@timonier/manifests/tree";
import { writeTrees } from "@timonier/manifests/tree-files";
import type { TreeWritten } from "@timonier/manifests/write-tree";
import { appsInput } from "../apps/main.js";
import { readEnvironment } from "../apps/settings-file.js";
import { synthesize } from "../infra/delivery/synthesize.js";

/** Environment variables of `cdk8s synth`. */
export interface SynthEnvironment {
  /** Name of the cluster. @default "embedded" */
  readonly TIMONIER_CLUSTER?: string | undefined;
  /** URL of the application repository. @default `application.url` of apps/settings.yaml */
  readonly TIMONIER_APPLICATION_URL?: string | undefined;
  /** Branch that Flux follows. @default `application.branch` of apps/settings.yaml */
  readonly TIMONIER_BRANCH?: string | undefined;
  /** Name of an environment of apps/environments.yaml. @default none */
  readonly TIMONIER_ENVIRONMENT?: string | undefined;
  /** `true` where the cluster has Flux's image controllers. @default "false" */
  readonly TIMONIER_IMAGE_AUTOMATION?: string | undefined;
  /** Output folder, set by cdk8s. @default "dist" */
  readonly CDK8S_OUTDIR?: string | undefined;
}

/** Synthesizes from the committed settings and writes `setup` and `application` below the output folder. */
export async function synth(env: SynthEnvironment): Promise<Record<keyof Trees, TreeWritten>> {
  const { settings, environment } = await readEnvironment(env.TIMONIER_ENVIRONMENT || undefined);
  const trees = synthesize(
    appsInput(
      {
        cluster: env.TIMONIER_CLUSTER || "embedded",
        branch: env.TIMONIER_BRANCH || undefined,
        applicationUrl: env.TIMONIER_APPLICATION_URL || undefined,
        environment,
        imageAutomation: env.TIMONIER_IMAGE_AUTOMATION === "true",
      },
      settings,
    ),
  );
  return writeTrees(env.CDK8S_OUTDIR || "dist", trees);
}

/** The command in cdk8s.yaml; prints a UserError without a stack trace. */
export async function main(): Promise<void> {
  try {
    await synth(process.env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
