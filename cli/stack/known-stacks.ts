import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "@timonier/kit/nearest";
import { checkout, StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";

/** Stack of a command without --stack; it needs no settings. */
export const DEFAULT_STACK = "embedded";

/** Places where stacks are searched. */
export interface Places {
  /** State folder; it is only read. @default this checkout's */
  readonly state?: Pick<StateFolder, "root">;
  /** Names of the stacks in Pulumi's backend. @default asks Pulumi, for a name without settings */
  readonly recorded?: () => Promise<readonly string[]>;
}

/**
 * Checks that a stack exists, because a misspelled name would otherwise create a new stack.
 *
 * @throws UserError with the existing stacks and the closest name
 */
export async function ensureKnown(name: string, { state = new StateFolder(), recorded = askPulumi }: Places = {}) {
  const configured = configuredStacks(state.root);
  if (configured.includes(name)) return;
  const known = withRecorded(configured, await recorded());
  if (!known.includes(name)) throw unknownStack(name, known);
}

/** Names of all stacks, in order: those with settings or files, and those in Pulumi's backend. */
export async function knownStacks({ state = new StateFolder(), recorded = askPulumi }: Places = {}) {
  return withRecorded(configuredStacks(state.root), await recorded());
}

function withRecorded(configured: readonly string[], recorded: readonly string[]): readonly string[] {
  return [...new Set([...configured, ...recorded])].sort();
}

/** Stacks with committed settings or with files in their folder, and the default stack. */
export function configuredStacks(root: string): string[] {
  const settings = list(join(checkout, "infra", "stacks")).flatMap(
    (file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [],
  );
  const folders = list(join(root, "stacks")).filter((folder) => list(join(root, "stacks", folder)).length > 0);
  return [DEFAULT_STACK, ...settings, ...folders];
}

async function askPulumi(): Promise<readonly string[]> {
  const [{ Pulumi }, { findStack }] = await Promise.all([import("./pulumi.js"), import("./stack.js")]);
  return new Pulumi(findStack(DEFAULT_STACK)).names();
}

function unknownStack(name: string, known: readonly string[]): UserError {
  const near = nearest(name, known);
  const fix = `to create an embedded stack, add --new to up, preview or env; for another kind of cluster commit infra/stacks/Pulumi.${name}.yaml`;
  return new UserError(
    `stack ${name} does not exist`,
    `existing stacks: ${known.join(", ")}`,
    near === undefined ? fix : `did you mean -s ${near}? Otherwise: ${fix}`,
    { code: "TIM-109" },
  );
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
