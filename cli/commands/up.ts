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

/** `timonier up`: tools, stack, `pulumi up`. The program itself waits until everything is Ready. */
export async function up({ stack: name, debug }: { stack: string; debug?: boolean }): Promise<number> {
  const start = Date.now();
  const stack = findStack(name);
  return exclusively(stack, () => bringUp(stack, start, debug));
}

async function bringUp(stack: Stack, start: number, debug = false): Promise<number> {
  const options = { binDir: stack.state.bin, progress };
  await ensureTools(pulumiToolNames, options);
  const pulumi = new Pulumi(stack);
  // Whoever exported the variable for something else should see that it counts here.
  if (!stack.backend.own) progress(`Pulumi's state is at ${stack.backend.url}: PULUMI_BACKEND_URL says so`);
  await pulumi.ensureStack();
  const config = await checkAllSettings(stack);
  await keepGitLabPlugin(stack.state.stack(stack.name), chooseGitLabPlugin(config.gitlab));
  await ensureTools(toolNamesOf(config.cluster.kind), options);
  for (const [plugin, version] of Object.entries(kindOf(config.cluster).plugins)) {
    progress(`pulumi-resource-${plugin} ${version}: installing unless installed`);
    await pulumi.installPlugin(plugin, version);
  }
  await pulumi.releaseStaleLock();
  const inDoubt = await pulumi.pendingDeployment();
  // Loaded when it is needed: a client of GitLab would stay in memory for as long as Pulumi runs.
  if (inDoubt)
    await (await import("../recovery/interrupted.js")).resolveInterrupted(pulumi, inDoubt, config.gitlab, progress);
  const { gitlab } = config;
  // Only a state that knows no project at all can have been lost: every other run asks nothing.
  const mayBeLost = gitlab.kind === "remote" && (await pulumi.knownProjects()).size === 0;
  const lost = mayBeLost
    ? await (await import("../recovery/lost-state.js")).findLost(pulumi, config, gitlab, progress)
    : undefined;
  // There is nobody to ask, and what Pulumi changes is this machine's own.
  const change = (env: Readonly<Record<string, string>>) =>
    pulumi.show(["up", "--yes", "--skip-preview", "--suppress-permalink"], env);
  const code = await withLogIf(debug, stack, progress, change);
  if (code !== 0) return exitCodes.no;
  await lost?.sweep();
  if (!(await pulumi.delivered())) {
    progress(`nothing is left to do here after ${elapsed(start)}; merge what is named above, and Flux goes on`);
    return exitCodes.done;
  }
  progress(`everything is Ready after ${elapsed(start)}; look with: npx timonier status`);
  return exitCodes.done;
}
