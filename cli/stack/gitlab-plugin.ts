import { existsSync, readFileSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { versions } from "@timonier/kit/versions";
import writeFileAtomic from "write-file-atomic";
import type { GitLabConfig } from "../../infra/config.js";
import { OFFICIAL_PLUGIN } from "../../infra/gitlab/official.js";

const PROGRAM = "pulumi-resource-gitlab";

/**
 * The official plugin for GitLab, where it is on this machine: in PATH, or where `pulumi plugin install` puts it.
 *
 * @returns undefined when it is not; a link to our own does not count
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
 * Which plugin works on a stack's GitLab: the official one on servers of the user's, where it is there, and our own otherwise.
 *
 * @returns path of the official one. undefined: our own
 * @throws UserError when the settings ask for the official one, and it is not there
 */
export function chooseGitLabPlugin(gitlab: GitLabConfig, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (gitlab.kind === "embedded" || gitlab.plugin === "own") return undefined;
  const found = findOfficialPlugin(env);
  if (found !== undefined || gitlab.plugin === "auto") return found;
  throw new UserError(
    `there is no official plugin for GitLab ${versions.pulumiGitlab}`,
    "PATH and ~/.pulumi/plugins",
    `pulumi plugin install resource gitlab ${versions.pulumiGitlab}; or: pulumi config set gitlabPlugin own`,
  );
}

/** Keeps the choice for every program that works on the stack, a user's shell too. */
export async function keepGitLabPlugin(folder: string, plugin: string | undefined): Promise<void> {
  const file = join(folder, "gitlab-plugin");
  if (plugin === undefined) await rm(file, { force: true });
  else await writeFileAtomic(file, plugin);
}

/** Environment that makes our plugin hand over to the chosen one. */
export function gitlabPluginEnvironment(folder: string): Record<string, string> {
  const file = join(folder, "gitlab-plugin");
  return existsSync(file) ? { [OFFICIAL_PLUGIN]: readFileSync(file, "utf8") } : {};
}
