import { existsSync, readFileSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { versions } from "@timonier/kit/versions";
import writeFileAtomic from "write-file-atomic";
import { OFFICIAL_PLUGIN } from "../../infra/gitlab/official.js";
import type { GitLabConfig } from "../../infra/gitlab/settings.js";

const PROGRAM = "pulumi-resource-gitlab";

/**
 * Finds the official plugin for GitLab on this machine: in PATH, or where `pulumi plugin install` puts it.
 *
 * @returns undefined where there is none; a link to the plugin of this checkout does not count
 */
export function findOfficialPlugin(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const home = env.PULUMI_HOME ?? join(env.HOME ?? homedir(), ".pulumi");
  const installed = join(home, "plugins", `resource-gitlab-v${versions.pulumiGitlab}`);
  const places = [...(env.PATH ?? "").split(delimiter).filter(isAbsolute), installed];
  return places.map((place) => join(place, PROGRAM)).find((file) => existsSync(file) && !isOurs(file));
}

function isOurs(file: string): boolean {
  return realpathSync(file).startsWith(join(checkout, "simulators"));
}

/**
 * Chooses the plugin for a stack's GitLab: the official one for a remote GitLab where it is
 * installed, else the plugin of this checkout.
 *
 * @returns path of the official plugin; undefined for the plugin of this checkout
 * @throws UserError when the settings require the official plugin and it is not installed
 */
export function chooseGitLabPlugin(gitlab: GitLabConfig, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (gitlab.kind === "embedded" || gitlab.plugin === "own") return undefined;
  const found = findOfficialPlugin(env);
  if (found !== undefined || gitlab.plugin === "auto") return found;
  throw new UserError(
    `the official GitLab plugin ${versions.pulumiGitlab} is not installed`,
    "PATH and ~/.pulumi/plugins",
    `pulumi plugin install resource gitlab ${versions.pulumiGitlab}; or: pulumi config set gitlabPlugin own`,
    { code: "TIM-401" },
  );
}

/** Stores the choice for every program that works on the stack, including a user's shell. */
export async function keepGitLabPlugin(folder: string, plugin: string | undefined): Promise<void> {
  const file = join(folder, "gitlab-plugin");
  if (plugin === undefined) await rm(file, { force: true });
  else await writeFileAtomic(file, plugin);
}

/** Environment with which the plugin of this checkout hands over to the chosen one. */
export function gitlabPluginEnvironment(folder: string): Record<string, string> {
  const file = join(folder, "gitlab-plugin");
  return existsSync(file) ? { [OFFICIAL_PLUGIN]: readFileSync(file, "utf8") } : {};
}
