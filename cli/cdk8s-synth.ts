import { UserError } from "@timonier/kit/user-error";
import type { Trees } from "@timonier/manifests/tree";
import { writeTrees } from "@timonier/manifests/tree-files";
import type { TreeWritten } from "@timonier/manifests/write-tree";
import { z } from "zod";
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
  /** Tags of the images that automation owns: a JSON object, `NAMESPACE:POLICY` → image. @default the first tags */
  readonly TIMONIER_IMAGES?: string | undefined;
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
        images: imagesOf(env.TIMONIER_IMAGES),
      },
      settings,
    ),
  );
  return writeTrees(env.CDK8S_OUTDIR || "dist", trees);
}

function imagesOf(text: string | undefined): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(text || "{}"))));
  } catch (cause) {
    throw new UserError(
      "the images are no JSON object of texts",
      "the variable TIMONIER_IMAGES",
      'write {"NAMESPACE:POLICY": "NAME:TAG"}, or unset it',
      { code: "TIM-815", cause },
    );
  }
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
