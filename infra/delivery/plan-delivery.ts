import * as pulumi from "@pulumi/pulumi";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import type { ProgramRecord } from "@timonier/manifests/program-record";
import { sourceName } from "../../apps/delivery.js";
import { type EnvironmentSettings, settingsFor } from "../../apps/environments.js";
import { appsInput } from "../../apps/main.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import type { PlatformConfig } from "../config.js";
import { fluxComponents } from "../flux/components.js";
import { type FluxDistribution, fluxDistribution } from "../flux/distribution.js";
import { type FluxPlan, planFlux } from "../flux/flux-plan.js";
import { type Manifest, manifestsOf } from "../flux/manifests.js";
import { addressOf, type GitLabInstance } from "../gitlab/gitlab-instance.js";
import type { Repositories } from "../gitlab/repositories.js";
import type { InitialContent } from "../gitlab/repository/initial-content.js";
import { logProgress } from "../log-progress.js";
import { environmentRecord, withRecord } from "./environment-record.js";
import { writeInitialContents } from "./initial-contents.js";
import { synthesize } from "./synthesize.js";
import { unfollowedImages } from "./unfollowed-images.js";

/**
 * What a delivery is made of, whatever the stack: the settings of apps/, and the manifests of Flux.
 */
export interface DeliverySources extends EnvironmentSettings {
  readonly distribution: FluxDistribution;
  /** What the environment's folder says of this program. @default the stack belongs to no environment */
  readonly record?: ProgramRecord | undefined;
}

/**
 * Reads the sources. Only settings of the stack are needed for that, so it runs beside the
 * connection to GitLab.
 */
export async function readDeliverySources({
  environment,
  imageAutomation,
}: Pick<PlatformConfig, "environment" | "imageAutomation">): Promise<DeliverySources> {
  const components = fluxComponents({ imageAutomation });
  const [files, distribution] = await Promise.all([readSettingsFiles(), fluxDistribution(logProgress, components)]);
  const read = settingsFor(files, environment);
  return { ...read, distribution, record: read.environment && (await environmentRecord(files, read.environment)) };
}

/** An object that Flux is told of by name. */
interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * What is delivered to a cluster: known, and written to the state folder, before a resource is
 * declared.
 */
export interface DeliveryPlan {
  /** Objects that a cluster which stays is searched for. */
  readonly wanted: FluxPlan["wanted"];
  /** Flux's own objects. */
  readonly components: readonly Manifest[];
  /** The root GitRepository and Kustomization. */
  readonly sync: readonly Manifest[];
  /** What the repositories hold from the start. */
  readonly contents: Readonly<Record<keyof Repositories, InitialContent>>;
  /** The GitRepository for each repository; the Secret with its credential has the same name. */
  readonly sources: Readonly<Record<keyof Repositories, ObjectName>>;
}

/** Synthesizes the manifests of a cluster for the repositories of a GitLab. */
export async function planDelivery(
  config: PlatformConfig,
  instance: Pick<GitLabInstance, "gitUrl" | "namespace">,
  { settings, environment, distribution, record }: DeliverySources,
): Promise<DeliveryPlan> {
  const { branch, imageAutomation } = config;
  const { path, sync, wanted } = planFlux(
    config,
    addressOf(instance, config.setupRepository),
    settings,
    distribution.objects,
  );
  const applicationUrl = addressOf(instance, config.applicationRepository);
  const names = { cluster: config.cluster.name, branch, applicationUrl, environment, imageAutomation };
  const input = appsInput(names, settings);
  const synthesized = synthesize(input);
  const warning = unfollowedImages(input, synthesized);
  if (warning) void pulumi.log.warn(warning);
  const recorded = environment && record && withRecord(synthesized.application, environment.name, record);
  const trees = { ...synthesized, ...(recorded && { application: recorded }) };
  return {
    wanted,
    components: distribution.objects,
    sync: manifestsOf(sync),
    contents: await writeInitialContents(config, trees, { path, components: distribution.text, sync }),
    sources: {
      setup: { namespace: fluxSystem, name: fluxSystem },
      application: { namespace: settings.delivery.namespace, name: sourceName },
    },
  };
}
