import { UserError } from "@timonier/kit/user-error";
import type { PlatformConfig } from "../../infra/config.js";
import { ensureKnown } from "../stack/known-stacks.js";
import { stackConfig } from "../stack/preflight.js";
import { Pulumi, type StackOutputs } from "../stack/pulumi.js";
import { findStack, type Stack } from "../stack/stack.js";

/** The repositories of a stack. */
export type Repositories = Pick<
  StackOutputs,
  "gitlab" | "gitlabStack" | "gitlabUrl" | "gitlabCaFile" | "setupRepository" | "applicationRepository"
>;

/** The cluster that manifests are synthesized for, and the repositories that they go to. */
export interface Destination {
  readonly stack: Stack;
  readonly cluster: string;
  /** Branch that Flux follows. @default the one in apps/settings.yaml */
  readonly branch: string | undefined;
  /** URL of the application repository. @default the one in apps/settings.yaml */
  readonly applicationUrl: string | undefined;
  /** Name of the environment that the stack belongs to. @default none */
  readonly environment: string | undefined;
  /** Whether the cluster has Flux's image controllers. */
  readonly imageAutomation: boolean;
  /** undefined when they are not known, so that nothing can be published. */
  readonly repositories: Repositories | undefined;
}

/** Environment variables that take precedence over every setting. */
export interface DestinationEnvironment {
  readonly TIMONIER_CLUSTER?: string | undefined;
  readonly TIMONIER_APPLICATION_URL?: string | undefined;
  readonly TIMONIER_ENVIRONMENT?: string | undefined;
}

/**
 * Reads the destination of a stack's manifests from the running stack, else from its settings, so
 * that a pipeline or a fresh clone synthesizes the same bytes.
 *
 * @throws UserError for a stack that does not exist, unless the environment names its cluster
 */
export async function destinationOf(name: string, env: DestinationEnvironment = process.env): Promise<Destination> {
  if (!env.TIMONIER_CLUSTER) await ensureKnown(name);
  const stack = findStack(name);
  return destinationWith(stack, await new Pulumi(stack).outputs(), env);
}

/**
 * The same for a stack whose outputs have been read.
 *
 * @param outputs undefined: the stack is not up
 * @throws UserError for settings that are wrong
 */
export async function destinationWith(
  stack: Stack,
  outputs: StackOutputs | undefined,
  env: DestinationEnvironment,
): Promise<Destination> {
  const config = outputs ? undefined : await stackConfig(stack);
  const repositories = outputs ?? (config && repositoriesOf(config));
  return {
    stack,
    cluster: env.TIMONIER_CLUSTER || outputs?.cluster || config?.cluster.name || stack.name,
    branch: outputs?.branch ?? config?.branch,
    applicationUrl: env.TIMONIER_APPLICATION_URL || repositories?.applicationRepository,
    environment: env.TIMONIER_ENVIRONMENT || (outputs ? outputs.environment : config?.environment),
    imageAutomation: (outputs ? outputs.imageAutomation : config?.imageAutomation) ?? false,
    repositories,
  };
}

/** @throws UserError when the repositories are not known */
export function knownRepositories({ stack, repositories }: Pick<Destination, "stack" | "repositories">): Repositories {
  if (repositories) return repositories;
  throw new UserError(
    "the repositories are not known: the stack is not up, and its settings name no group",
    `stack ${stack.name}`,
    "run `npm run up`, or set timonier:namespace in the stack's settings",
    { code: "TIM-703" },
  );
}

/** Before `up`, repositories have URLs only on an existing GitLab and with a group or user in the settings. */
export function repositoriesOf({ gitlab, namespace, ...config }: RepositorySettings): Repositories | undefined {
  if (gitlab.kind !== "remote" || namespace === undefined) return undefined;
  const address = (path: string) => `${gitlab.url}/${namespace}/${path}.git`;
  return {
    gitlab: "remote",
    ...(gitlab.stack && { gitlabStack: gitlab.stack }),
    gitlabUrl: gitlab.url,
    ...(gitlab.caFile && { gitlabCaFile: gitlab.caFile }),
    setupRepository: address(config.setupRepository),
    applicationRepository: address(config.applicationRepository),
  };
}

type RepositorySettings = Pick<PlatformConfig, "gitlab" | "namespace" | "setupRepository" | "applicationRepository">;
