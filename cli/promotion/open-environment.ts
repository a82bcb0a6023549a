import { join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { EnvironmentStack } from "../environments/environment-stacks.js";
import { stacksIn } from "../environments/environment-stacks.js";
import { knownRepositories, type Repositories } from "../merge-request/destination.js";
import { reader } from "../merge-request/proposal.js";
import { cloneRepository } from "../merge-request/repository-clone.js";

/** An environment with its stacks, which share the repositories. */
export interface OpenEnvironment {
  readonly name: string;
  /** At least one. */
  readonly stacks: readonly [EnvironmentStack, ...EnvironmentStack[]];
  readonly repositories: Repositories;
  /** Branch that Flux follows. */
  readonly branch: string;
}

/** Finds the stacks of an environment. @throws UserError when there is none, or when they do not share the repositories */
export async function openEnvironment(name: string): Promise<OpenEnvironment> {
  const [first, ...others] = await stacksIn(name);
  if (!first) {
    throw new UserError(
      `no stack belongs to environment ${name}`,
      "the settings of the stacks",
      `give a stack the setting: pulumi config set environment ${name} -s STACK`,
      { code: "TIM-868" },
    );
  }
  const repositories = knownRepositories(first.destination);
  for (const { stack, destination } of others) {
    const { applicationRepository } = knownRepositories(destination);
    if (applicationRepository !== repositories.applicationRepository) {
      throw differing(`stacks ${first.stack.name} and ${stack.name} of environment ${name}`);
    }
  }
  return { name, stacks: [first, ...others], repositories, branch: first.destination.branch ?? "main" };
}

/** @throws UserError when two environments do not share the application repository and its branch */
export function checkShared(one: OpenEnvironment, other: OpenEnvironment): void {
  const same = one.repositories.applicationRepository === other.repositories.applicationRepository;
  if (!same || one.branch !== other.branch) throw differing(`environments ${one.name} and ${other.name}`);
}

/** Clones of the repositories of an environment. */
export interface EnvironmentClones {
  readonly application: string;
  /** Folder of the clone of each stack's setup repository, by the name of the stack. */
  readonly setups: ReadonlyMap<string, string>;
}

/** Clones the application repository, and the setup repository once for each stack. */
export async function cloneEnvironment(environment: OpenEnvironment, into: string): Promise<EnvironmentClones> {
  const { stacks, repositories, branch } = environment;
  const clone = async ({ stack, destination }: EnvironmentStack, name: string, address: string): Promise<string> => {
    const folder = join(into, name);
    const own = knownRepositories(destination);
    await cloneRepository({ address, branch, folder, credential: await reader(stack, own), caFile: own.gitlabCaFile });
    return folder;
  };
  const [application, ...setups] = await Promise.all([
    clone(stacks[0], "application", repositories.applicationRepository),
    ...stacks.map(async (one): Promise<[string, string]> => {
      const { setupRepository } = knownRepositories(one.destination);
      return [one.stack.name, await clone(one, `setup-${one.stack.name}`, setupRepository)];
    }),
  ]);
  return { application, setups: new Map(setups) };
}

function differing(what: string): UserError {
  return new UserError(
    `${what} do not share the application repository and its branch`,
    "the settings applicationRepository, namespace, gitlabUrl and branch",
    "environments are folders of one repository: give the stacks the same one",
    { code: "TIM-869" },
  );
}
