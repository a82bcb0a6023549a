import { existsSync } from "node:fs";
import { reserveGitLab } from "@timonier/gitlab-simulator/lifecycle";
import { ensureTools } from "@timonier/toolchain/ensure";
import { pulumiToolNames, stackToolNames } from "@timonier/toolchain/tools";
import { toolNamesOf } from "../../infra/cluster/kinds.js";
import { exitCodes } from "../exit-codes.js";
import { checkAllSettings } from "../stack/preflight.js";
import { Pulumi } from "../stack/pulumi.js";
import { foldersOf, removeEarlierRuns } from "../stack/run-folder.js";
import { quote, shellPulumi } from "../stack/shell-pulumi.js";
import { findStack, stackEnvironment } from "../stack/stack.js";
import { progress } from "../terminal.js";

/**
 * `timonier env`: prints variables with which a shell can use kubectl, flux, pulumi and any GitLab
 * client on this stack.
 *
 * Installs the tools and creates the stack in Pulumi's backend, so that `pulumi up -s embedded`
 * works in a fresh clone.
 */
export async function env({ stack: name }: { stack: string }): Promise<number> {
  const stack = findStack(name);
  const options = { binDir: stack.state.bin, progress };
  await ensureTools(pulumiToolNames, options);
  await new Pulumi(stack).ensureStack();
  const tools = await checkAllSettings(stack).then(
    (config) => toolNamesOf(config.cluster.kind, config),
    // Wrong settings are corrected with `pulumi config`, so they must not keep the tools away.
    () => stackToolNames,
  );
  await ensureTools(tools, options);
  await removeEarlierRuns(stack, false);
  const own = stackEnvironment(stack);
  const exports: Record<string, string> = {
    ...own,
    ...(await shellPulumi(stack, foldersOf(stack), own.PATH ?? "")),
    ...(await gitlabEnvironment(stack.gitlabFolder)),
  };
  for (const [key, value] of Object.entries(exports)) console.log(`export ${key}=${quote(value)}`);
  return exitCodes.done;
}

/** Paths of files, and no token, because the output may end up in a log. */
async function gitlabEnvironment(folder: string): Promise<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const { url, caFile, tokenFile } = await reserveGitLab(folder);
  return { GITLAB_URL: url, GITLAB_CA_FILE: caFile, GITLAB_TOKEN_FILE: tokenFile };
}
