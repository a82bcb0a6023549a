import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "@timonier/kit/nearest";
import { checkout, StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";

/** The stack of a command that names none; it needs no settings. */
export const DEFAULT_STACK = "embedded";

/** Where stacks are looked for. */
export interface Places {
  /** The state folder; nothing is made in it. @default this checkout's */
  readonly state?: Pick<StateFolder, "root">;
  /** Names that Pulumi's backend knows. @default Pulumi's own, asked for a name that has no settings */
  readonly recorded?: () => Promise<readonly string[]>;
}

/**
 * Checks that a stack exists before anything is made for it: a name with a typing error would otherwise become a new stack.
 *
 * @throws UserError with the stacks that exist, and the closest name
 */
export async function ensureKnown(name: string, { state = new StateFolder(), recorded = askPulumi }: Places = {}) {
  const configured = configuredStacks(state.root);
  if (configured.includes(name)) return;
  const known = [...new Set([...configured, ...(await recorded())])].sort();
  if (!known.includes(name)) throw unknownStack(name, known);
}

/** A stack is known by committed settings, or by what is in its folder. The default one always is. */
function configuredStacks(root: string): string[] {
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
  const fix = `for a new embedded stack add --new to up, preview or env; for another kind of cluster commit infra/stacks/Pulumi.${name}.yaml`;
  return new UserError(
    `there is no stack ${name}`,
    `stacks that exist: ${known.join(", ")}`,
    near === undefined ? fix : `did you mean -s ${near}? Otherwise: ${fix}`,
  );
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
