import { type Destination, destinationWith } from "../merge-request/destination.js";
import { knownStacks, type Places } from "../stack/known-stacks.js";
import { readStackConfig } from "../stack/preflight.js";
import { Pulumi, type StackOutputs } from "../stack/pulumi.js";
import { findStack, type Stack } from "../stack/stack.js";

/** A stack that belongs to an environment. */
export interface EnvironmentStack {
  readonly stack: Stack;
  readonly destination: Destination;
  /** undefined: the stack is not up. */
  readonly outputs: StackOutputs | undefined;
}

/** A stack and the environment that it names. */
export interface StackEnvironment {
  readonly stack: Stack;
  readonly environment: string;
  /** undefined: the stack is not up, or its state could not be read. */
  readonly outputs: StackOutputs | undefined;
  /** Why its state could not be read. @default it could */
  readonly error?: unknown;
}

/**
 * The stacks of an environment, by name. Wrong settings of a stack in another environment do not
 * matter.
 *
 * @throws UserError for settings or a state of one of these stacks that cannot be read
 */
export async function stacksIn(environment: string, places?: Places): Promise<readonly EnvironmentStack[]> {
  const all = await stackEnvironments(places);
  const read = all.filter((one) => one.environment === environment).map(environmentStack);
  return Promise.all(read);
}

/** A stack with its destination. @throws UserError for settings or a state that cannot be read */
export async function environmentStack({ stack, outputs, error }: StackEnvironment): Promise<EnvironmentStack> {
  if (error !== undefined) throw error;
  // Without variables of the environment, which name one cluster and not those of all stacks.
  return { stack, destination: await destinationWith(stack, outputs, {}), outputs };
}

/** All stacks that belong to an environment, by name. */
export async function stackEnvironments(places?: Places): Promise<readonly StackEnvironment[]> {
  const names = await knownStacks(places);
  const read = await Promise.all(names.map((name) => stackEnvironment(findStack(name))));
  return read.flatMap((one) => one ?? []);
}

/** As `publish` decides: what the last update wrote, else the setting. @returns undefined for a stack of no environment */
async function stackEnvironment(stack: Stack): Promise<StackEnvironment | undefined> {
  try {
    const outputs = await new Pulumi(stack).outputs();
    const environment = outputs ? outputs.environment : await settingOf(stack);
    return environment ? { stack, environment, outputs } : undefined;
  } catch (error) {
    const environment = await settingOf(stack);
    return environment ? { stack, environment, outputs: undefined, error } : undefined;
  }
}

/** Setting `timonier:environment` as it is written; undefined where there is none, or the file is no YAML. */
async function settingOf({ configFile }: Stack): Promise<string | undefined> {
  const config = await readStackConfig(configFile).catch((): Record<string, unknown> => ({}));
  const value = config["timonier:environment"] ?? config.environment;
  return typeof value === "string" && value !== "" ? value : undefined;
}
