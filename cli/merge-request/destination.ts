import { UserError } from "@timonier/kit/user-error";
import type { PlatformConfig } from "../../infra/config.js";
import { ensureKnown } from "../stack/known-stacks.js";
import { stackConfig } from "../stack/preflight.js";
import { Pulumi, type StackOutputs } from "../stack/pulumi.js";
import { findStack, type Stack } from "../stack/stack.js";

/** What is known of a stack's repositories. */
export type Repositories = Pick<
  StackOutputs,
  "gitlab" | "gitlabUrl" | "gitlabCaFile" | "setupRepository" | "applicationRepository"
>;

/** For which cluster is synthesized, and where it goes. */
export interface Destination {
  readonly stack: Stack;
  readonly cluster: string;
  /** Branch that Flux follows. undefined: what apps/settings.yaml says. */
  readonly branch: string | undefined;
  /** Address of the application repository. undefined: what apps/settings.yaml says. */
  readonly applicationUrl: string | undefined;
  /** undefined: nobody knows where they are, and nothing can be published. */
  readonly repositories: Repositories | undefined;
}

/** What takes precedence over every setting. */
export interface DestinationEnvironment {
  readonly TIMONIER_CLUSTER?: string | undefined;
  readonly TIMONIER_APPLICATION_URL?: string | undefined;
}

/**
 * Where a stack's manifests go: as the stack that is up says, else as its settings do, so that a pipeline or a fresh
 * clone synthesizes the same bytes.
 *
 * @throws UserError for a stack that does not exist, unless the environment names its cluster
 */
export async function destinationOf(name: string, env: DestinationEnvironment = process.env): Promise<Destination> {
  if (!env.TIMONIER_CLUSTER) await ensureKnown(name);
  const stack = findStack(name);
  const outputs = await new Pulumi(stack).outputs();
  const config = outputs ? undefined : await stackConfig(stack);
  const repositories = outputs ?? (config && repositoriesOf(config));
  return {
    stack,
    cluster: env.TIMONIER_CLUSTER || outputs?.cluster || config?.cluster.name || name,
    branch: outputs?.branch ?? config?.branch,
    applicationUrl: env.TIMONIER_APPLICATION_URL || repositories?.applicationRepository,
    repositories,
  };
}

/** @throws UserError when nobody knows where they are */
export function knownRepositories({ stack, repositories }: Pick<Destination, "stack" | "repositories">): Repositories {
  if (repositories) return repositories;
  throw new UserError(
    "nobody knows where the repositories are: nothing is up, and the settings name no group",
    `stack ${stack.name}`,
    "npm run up, or set timonier:namespace in the stack's settings",
  );
}

/** Only a GitLab that is there already, and a group or user that is named, have addresses before `up`. */
export function repositoriesOf({ gitlab, namespace, ...config }: RepositorySettings): Repositories | undefined {
  if (gitlab.kind !== "remote" || namespace === undefined) return undefined;
  const address = (path: string) => `${gitlab.url}/${namespace}/${path}.git`;
  return {
    gitlab: "remote",
    gitlabUrl: gitlab.url,
    ...(gitlab.caFile && { gitlabCaFile: gitlab.caFile }),
    setupRepository: address(config.setupRepository),
    applicationRepository: address(config.applicationRepository),
  };
}

type RepositorySettings = Pick<PlatformConfig, "gitlab" | "namespace" | "setupRepository" | "applicationRepository">;
