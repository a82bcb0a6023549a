import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { stringify } from "yaml";
import { UserError } from "../core/user-error.js";
import { firstSettings } from "./preflight.js";
import type { Stack } from "./stack.js";

interface Checkpoint {
  readonly checkpoint?: {
    readonly latest?: { readonly secrets_providers?: { readonly state?: { readonly salt?: string } } };
  };
}

/**
 * Checks what Pulumi keeps of a stack before Pulumi is asked: it would only say at which byte it gave up. What it can do
 * without is removed when it was cut short.
 *
 * @throws UserError when the state was cut short, or cannot be deciphered any more
 */
export function checkKeptState(stack: Stack, checkpoint: string): void {
  if (!existsSync(checkpoint)) return;
  readCheckpoint(stack, checkpoint);
  dropCutAttributes(checkpoint);
  if (existsSync(stack.state.passphraseFile)) return;
  throw new UserError(
    `the passphrase of stack ${stack.name} is gone, and with it the secrets in its state`,
    stack.state.passphraseFile,
    `restore the file from a backup, or \`npx timonier down -s ${stack.name}\` and begin anew`,
  );
}

/** Writes a lost settings file again: the salt that its secrets need is in the state, too. */
export async function restoreSettings(stack: Stack, checkpoint: string): Promise<void> {
  const salt = readCheckpoint(stack, checkpoint).checkpoint?.latest?.secrets_providers?.state?.salt;
  const settings = { ...(salt && { encryptionsalt: salt }), config: firstSettings };
  await mkdir(dirname(stack.configFile), { recursive: true, mode: 0o700 });
  await writeFileAtomic(stack.configFile, stringify(settings), { mode: 0o600 });
}

function readCheckpoint(stack: Stack, file: string): Checkpoint {
  const parsed = parse(file);
  if (parsed) return parsed;
  const backup = `${file}.bak`;
  const restore = parse(backup) ? `put Pulumi's own copy in its place: cp '${backup}' '${file}'; or` : "use";
  throw new UserError(
    `Pulumi's state of stack ${stack.name} is cut short or corrupt`,
    file,
    `${restore} \`npx timonier down -s ${stack.name}\` and begin anew`,
  );
}

/**
 * Pulumi's file backend writes a file's attributes (a checksum, a type) beside it, in place: a run that is killed then
 * leaves an empty file, and every command ends with "failed to load checkpoint: EOF". Without the file nothing is missed.
 *
 * @see https://pkg.go.dev/gocloud.dev/blob/fileblob
 */
function dropCutAttributes(checkpoint: string): void {
  for (const file of [`${checkpoint}.attrs`, `${checkpoint}.bak.attrs`]) {
    if (existsSync(file) && !parse(file)) rmSync(file, { force: true });
  }
}

function parse(file: string): Checkpoint | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Checkpoint;
  } catch {
    return undefined;
  }
}
