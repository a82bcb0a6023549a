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
 * Checks the state file of a stack before Pulumi reads it, because Pulumi's error names only a
 * byte. Deletes incomplete files that Pulumi does not need.
 *
 * @throws UserError when the state is incomplete, or cannot be decrypted any more
 */
export function checkStateFile(stack: Stack, checkpoint: string): void {
  if (!existsSync(checkpoint)) return;
  readCheckpoint(stack, checkpoint);
  deleteIncompleteAttributes(checkpoint);
  if (!stack.backend.own || existsSync(stack.state.passphraseFile)) return;
  throw new UserError(
    `the passphrase of stack ${stack.name} is missing, so the secrets in its state cannot be decrypted`,
    stack.state.passphraseFile,
    `restore the file from a backup; ${withoutBackup(stack, checkpoint)}`,
    { code: "TIM-106" },
  );
}

/**
 * Whether everything that the stack creates is in its own folder, because its cluster and its
 * GitLab are embedded. For any other stack the state is the only record of what it created
 * elsewhere. False where the settings cannot be read.
 */
export function isAllLocal(stack: Stack, checkpoint: string): boolean {
  try {
    const { config = {} } = parseYaml(readFileSync(stack.configFile, "utf8")) as { config?: Record<string, unknown> };
    const setting = (key: string) => config[`timonier:${key}`] ?? config[key];
    const ownGitLab = !setting("gitlabStack") && /^(auto|embedded)$/.test(String(setting("gitlab") ?? "auto"));
    const embedded = setting("cluster") === "embedded" && ownGitLab;
    // The settings may have changed since the last update, so the rest of the state is searched too.
    return embedded && !/timonier:flux:Drain|"gitlab": *"remote"/.test(readFileSync(checkpoint, "latin1"));
  } catch {
    return false;
  }
}

/** Fix for a user without a backup. */
function withoutBackup(stack: Stack, checkpoint: string): string {
  return isAllLocal(stack, checkpoint)
    ? `or delete the stack and create it again: npx timonier down -s ${stack.name}`
    : `without a backup, delete by hand what the stack created elsewhere (see docs/clusters.md), then delete ${checkpoint}`;
}

/**
 * The newest complete copy of a state that Pulumi made.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/
 */
function copyOf(checkpoint: string): string | undefined {
  const [, root, project, name] = /^(.*)\/stacks\/([^/]+)\/([^/]+)\.json$/.exec(checkpoint) ?? [];
  const older = ["backups", "history"].flatMap((kind) => {
    const folder = join(root ?? "", kind, project ?? "", name ?? "");
    const files = existsSync(folder) ? readdirSync(folder) : [];
    // The names of the copies end with their time.
    const states = files.filter((file) => file.endsWith(".json") && !file.endsWith(".history.json")).sort();
    return states.reverse().map((file) => join(folder, file));
  });
  return [`${checkpoint}.bak`, ...older].find((file) => parse(file)?.checkpoint);
}

/**
 * Secrets provider in the stack's settings: `passphrase`, `awskms://…`.
 *
 * @returns undefined where it is not set
 */
export function secretsProvider(stack: Stack): string | undefined {
  if (!existsSync(stack.configFile)) return undefined;
  const [, provider] = /^secretsprovider: *"?([^"\s]+)/m.exec(readFileSync(stack.configFile, "utf8")) ?? [];
  return provider;
}

/**
 * Writes a lost settings file again, with the salt of its secrets from the state.
 *
 * @throws UserError for a stack that is not embedded, because its settings are nowhere else
 */
export async function restoreSettings(stack: Stack, deployment: Deployment): Promise<void> {
  const { outputs } = deployment.resources?.find(({ type }) => type === STACK) ?? {};
  if (outputs?.clusterKind !== undefined && outputs.clusterKind !== "embedded") {
    throw new UserError(
      `the settings of stack ${stack.name} are missing, and its cluster is not embedded`,
      stack.configFile,
      `restore the file, and commit it as infra/stacks/Pulumi.${stack.name}.yaml`,
      { code: "TIM-107" },
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
  const restore = copy ? `restore Pulumi's copy: cp '${copy}' '${file}'` : "restore the file from a backup";
  const rest = copy && !isAllLocal(stack, file) ? "then run the command again" : withoutBackup(stack, file);
  throw new UserError(`Pulumi's state of stack ${stack.name} is incomplete or corrupt`, file, `${restore}; ${rest}`, {
    code: "TIM-108",
  });
}

/**
 * Pulumi's file backend writes attributes of a file (checksum, type) into a second file, not
 * atomically. A killed run can leave it empty, and then every command fails with "failed to load
 * checkpoint: EOF". Pulumi does not need the second file.
 *
 * @see https://pkg.go.dev/gocloud.dev/blob/fileblob
 */
function deleteIncompleteAttributes(checkpoint: string): void {
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
