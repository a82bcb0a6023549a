import { elapsed } from "@timonier/kit/progress";
import { ensureTools } from "@timonier/toolchain/ensure";
import { pulumiToolNames } from "@timonier/toolchain/tools";
import { kindOf, toolNamesOf } from "../../infra/cluster/kinds.js";
import { exitCodes } from "../exit-codes.js";
import { withLogIf } from "../stack/automatic-log.js";
import { chooseGitLabPlugin, keepGitLabPlugin } from "../stack/gitlab-plugin.js";
import { checkAllSettings } from "../stack/preflight.js";
import { Pulumi } from "../stack/pulumi.js";
import { exclusively, findStack, type Stack } from "../stack/stack.js";
import { progress } from "../terminal.js";

/**
 * `timonier up`: installs tools, creates the stack and runs `pulumi up`, which waits until
 * everything is Ready.
 */
export async function up({ stack: name, debug }: { stack: string; debug?: boolean }): Promise<number> {
  const start = Date.now();
  const stack = findStack(name);
  return exclusively(stack, () => bringUp(stack, start, debug));
}

async function bringUp(stack: Stack, start: number, debug = false): Promise<number> {
  const options = { binDir: stack.state.bin, progress };
  await ensureTools(pulumiToolNames, options);
  const pulumi = new Pulumi(stack);
  // The user may have exported the variable for another project.
  if (!stack.backend.own) progress(`Pulumi's state is at ${stack.backend.url}, from PULUMI_BACKEND_URL`);
  await pulumi.ensureStack();
  const config = await checkAllSettings(stack);
  await keepGitLabPlugin(stack.state.stack(stack.name), chooseGitLabPlugin(config.gitlab));
  await ensureTools(toolNamesOf(config.cluster.kind, config), options);
  for (const [plugin, version] of Object.entries(kindOf(config.cluster).plugins)) {
    progress(`pulumi-resource-${plugin} ${version}: installing unless installed`);
    await pulumi.installPlugin(plugin, version);
  }
  await pulumi.releaseStaleLock();
  const pending = await pulumi.pendingDeployment();
  // Loaded on demand: a GitLab client would stay in memory while Pulumi runs.
  if (pending)
    await (await import("../recovery/interrupted.js")).resolveInterrupted(pulumi, pending, config.gitlab, progress);
  const { gitlab } = config;
  // A state with a project was not lost, so most runs need no request.
  const mayBeLost = gitlab.kind === "remote" && (await pulumi.knownProjects()).size === 0;
  const lost = mayBeLost
    ? await (await import("../recovery/lost-state.js")).findLost(pulumi, config, gitlab, progress)
    : undefined;
  // Without a question, because the command has no terminal in a pipeline.
  const change = (env: Readonly<Record<string, string>>) =>
    pulumi.show(["up", "--yes", "--skip-preview", "--suppress-permalink"], env);
  const code = await withLogIf(debug, stack, progress, change);
  if (code !== 0) return exitCodes.no;
  await lost?.sweep();
  if (!(await pulumi.delivered())) {
    progress(`done after ${elapsed(start)}; Flux continues after you merge the merge requests listed above`);
    return exitCodes.done;
  }
  progress(`everything is Ready after ${elapsed(start)}; details: npx timonier status`);
  return exitCodes.done;
}
