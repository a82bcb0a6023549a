import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import { parse as parseYaml, stringify } from "yaml";
import { type Deployment, STACK } from "./deployment.js";
import { firstSettings } from "./preflight.js";
import type { Stack } from "./stack.js";

interface Checkpoint {
  readonly checkpoint?: { readonly latest?: Deployment };
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
  if (!stack.backend.own || existsSync(stack.state.passphraseFile)) return;
  throw new UserError(
    `the passphrase of stack ${stack.name} is gone, and with it the secrets in its state`,
    stack.state.passphraseFile,
    `restore the file from a backup; ${withoutBackup(stack, checkpoint)}`,
  );
}

/**
 * Whether everything that the stack makes lies in its own folder: its cluster and its GitLab are both embedded. Of any
 * other stack the state is the only record of what it made elsewhere. Where the settings do not say, it counts as one.
 */
export function isAllLocal(stack: Stack, checkpoint: string): boolean {
  try {
    const { config = {} } = parseYaml(readFileSync(stack.configFile, "utf8")) as { config?: Record<string, unknown> };
    const setting = (key: string) => config[`timonier:${key}`] ?? config[key];
    const embedded = setting("cluster") === "embedded" && /^(auto|embedded)$/.test(String(setting("gitlab") ?? "auto"));
    // The settings may have changed since: what is left of the state tells what was made.
    return embedded && !/timonier:flux:Drain|"gitlab": *"remote"/.test(readFileSync(checkpoint, "latin1"));
  } catch {
    return false;
  }
}

/** What a user does who has no backup. */
function withoutBackup(stack: Stack, checkpoint: string): string {
  return isAllLocal(stack, checkpoint)
    ? `or \`npx timonier down -s ${stack.name}\` and begin anew`
    : `without one delete by hand what the stack made elsewhere (docs/clusters.md says how), then ${checkpoint}`;
}

/** The youngest whole copy that Pulumi itself has made of a state. @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/ */
function copyOf(checkpoint: string): string | undefined {
  const [, root, project, name] = /^(.*)\/stacks\/([^/]+)\/([^/]+)\.json$/.exec(checkpoint) ?? [];
  const older = ["backups", "history"].flatMap((kind) => {
    const folder = join(root ?? "", kind, project ?? "", name ?? "");
    const files = existsSync(folder) ? readdirSync(folder) : [];
    // Their names end with the time.
    const states = files.filter((file) => file.endsWith(".json") && !file.endsWith(".history.json")).sort();
    return states.reverse().map((file) => join(folder, file));
  });
  return [`${checkpoint}.bak`, ...older].find((file) => parse(file)?.checkpoint);
}

/** Who enciphers the stack's secrets, by its settings: `passphrase`, `awskms://…`. undefined: they do not say. */
export function secretsProvider(stack: Stack): string | undefined {
  if (!existsSync(stack.configFile)) return undefined;
  const [, provider] = /^secretsprovider: *"?([^"\s]+)/m.exec(readFileSync(stack.configFile, "utf8")) ?? [];
  return provider;
}

/**
 * Writes a lost settings file again: the salt that its secrets need is in the state, too.
 *
 * @throws UserError for a stack that is no embedded one: what it was set to is nowhere else
 */
export async function restoreSettings(stack: Stack, deployment: Deployment): Promise<void> {
  const { outputs } = deployment.resources?.find(({ type }) => type === STACK) ?? {};
  if (outputs?.clusterKind !== undefined && outputs.clusterKind !== "embedded") {
    throw new UserError(
      `the settings of stack ${stack.name} are gone, and its cluster is none of this machine's`,
      stack.configFile,
      `restore the file, and commit it as infra/stacks/Pulumi.${stack.name}.yaml`,
    );
  }
  const salt = deployment.secrets_providers?.state?.salt;
  const settings = { ...(salt && { encryptionsalt: salt }), config: firstSettings };
  await mkdir(dirname(stack.configFile), { recursive: true, mode: 0o700 });
  await writeFileAtomic(stack.configFile, stringify(settings), { mode: 0o600 });
}

function readCheckpoint(stack: Stack, file: string): Checkpoint {
  const parsed = parse(file);
  if (parsed) return parsed;
  const copy = copyOf(file);
  const restore = copy
    ? `put Pulumi's own copy in its place: cp '${copy}' '${file}'`
    : "restore the file from a backup";
  const rest = copy && !isAllLocal(stack, file) ? "then run the command again" : withoutBackup(stack, file);
  throw new UserError(`Pulumi's state of stack ${stack.name} is cut short or corrupt`, file, `${restore}; ${rest}`);
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
