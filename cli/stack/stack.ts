import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { lockFolder } from "@timonier/gitlab-simulator/store/folder-lock";
import { checkout, embeddedGitLabFolder, StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import { type Backend, findBackend, OWN_BACKEND } from "./backend.js";
import { gitlabPluginEnvironment } from "./gitlab-plugin.js";

/** One stack of this checkout, with the places of its files. */
export interface Stack {
  readonly name: string;
  readonly state: StateFolder;
  /** Where Pulumi keeps the stack's state. */
  readonly backend: Backend;
  /**
   * Settings file, which `pulumi config` reads and writes: in infra/stacks where it is committed,
   * else in the state folder.
   */
  readonly configFile: string;
  readonly clusterFolder: string;
  readonly gitlabFolder: string;
}

/** Folder of committed settings. */
const committedSettings = join(checkout, "infra", "stacks");

export function findStack(name: string, state = new StateFolder()): Stack {
  const committed = join(committedSettings, `Pulumi.${name}.yaml`);
  return {
    name,
    state,
    backend: findBackend(state),
    configFile: existsSync(committed) ? committed : join(state.stack(name), `Pulumi.${name}.yaml`),
    clusterFolder: stackClusterFolder(state, name),
    gitlabFolder: embeddedGitLabFolder(state, name),
  };
}

/**
 * Environment for Pulumi and the tools, for the commands here and for a user's shell.
 *
 * @see https://www.pulumi.com/docs/iac/cli/environment-variables/
 */
export function stackEnvironment(stack: Stack): Record<string, string> {
  return {
    PATH: [stack.state.bin, process.env.PATH ?? ""].join(delimiter),
    PULUMI_HOME: stack.state.pulumiHome,
    // Plugins on PATH are the same, and Pulumi would warn about each.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_BACKEND_URL: stack.backend.url,
    // For another backend, the user sets the passphrase in the environment.
    ...(stack.backend.own && {
      PULUMI_CONFIG_PASSPHRASE_FILE: stack.state.passphraseFile,
      [OWN_BACKEND]: stack.backend.url,
    }),
    // Settings encrypted with the passphrase of this machine are not committed.
    PULUMI_OPTION_CONFIG_FILE: stack.configFile,
    // Every plugin is installed, so that a download is never needed.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    KUBECONFIG: join(stack.clusterFolder, "kubeconfig"),
    ...gitlabPluginEnvironment(stack.state.stack(stack.name)),
  };
}

/**
 * Runs work that changes a stack, one command at a time.
 *
 * @throws UserError when another command is running
 */
export async function exclusively<T>(stack: Stack, work: () => Promise<T>): Promise<T> {
  const file = `${stack.state.stack(stack.name)}.lock`;
  const release = lockFolder(file, (pid) => {
    const fix = `wait until it ends, or stop it: kill -INT ${pid}`;
    return new UserError(`another command is working on stack ${stack.name}`, `process ${pid}`, fix, {
      code: "TIM-115",
    });
  });
  try {
    return await work();
  } finally {
    release();
  }
}

/** Generates the passphrase once; an existing one is never overwritten. */
export async function ensurePassphrase(state: StateFolder): Promise<void> {
  if (existsSync(state.passphraseFile) && readFileSync(state.passphraseFile, "utf8").trim() !== "") return;
  await writeFileAtomic(state.passphraseFile, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
}

/**
 * Folder in which `pulumi stack init` writes the stack's settings file. Pulumi has no option for
 * it, and would use the committed folder of the project.
 */
export async function initFolder(stack: Stack): Promise<string> {
  const place = dirname(stack.configFile);
  const folder = place === committedSettings ? stack.state.stack(stack.name) : place;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(folder, "Pulumi.yaml"), "name: timonier\nruntime: nodejs\n");
  return folder;
}
