import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { removeCluster } from "@timonier/cluster-simulator/lifecycle";
import { inspectGitLab, removeGitLab } from "@timonier/gitlab-simulator/lifecycle";
import { elapsed } from "@timonier/kit/progress";
import { versions } from "@timonier/kit/versions";
import { ensureTools } from "@timonier/toolchain/ensure";
import writeFileAtomic from "write-file-atomic";
import { parse } from "yaml";
import { sweepMinikube } from "../../infra/cluster/minikube/cli/sweep.js";
import { exitCodes } from "../exit-codes.js";
import { keptOnPurpose, objectsByKind } from "../recovery/leftovers.js";
import type { SurvivingCluster } from "../recovery/surviving-cluster.js";
import { withLogIf } from "../stack/automatic-log.js";
import {
  awsPlugins,
  hasPendingGitLabResources,
  protectedResources,
  type StateResource,
  survivingProvider,
  unprotected,
} from "../stack/deployment.js";
import { checkAllSettings, firstSettings } from "../stack/preflight.js";
import { Pulumi } from "../stack/pulumi.js";
import { ensurePulumiHome } from "../stack/pulumi-home.js";
import { exclusively, findStack, type Stack } from "../stack/stack.js";
import { progress } from "../terminal.js";

/** `timonier down`: everything that the stack made, from whatever state it is in. */
export async function down({ stack: name, debug }: { stack: string; debug?: boolean }): Promise<number> {
  const start = Date.now();
  const stack = findStack(name);
  return exclusively(stack, () => bringDown(stack, start, debug));
}

async function bringDown(stack: Stack, start: number, debug = false): Promise<number> {
  let left: readonly string[] = [];
  const pulumi = new Pulumi(stack);
  const defect = pulumi.defect();
  if (defect) {
    if (!pulumi.isAllLocal()) throw defect;
    // Everything of an embedded stack lies in its own folder: that is deleted without Pulumi's help.
    progress(`${defect.what}; deleting what is in ${stack.state.stack(stack.name)}`);
    await pulumi.discard();
  } else if (await pulumi.exists()) {
    await ensureTools(["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes"], {
      binDir: stack.state.bin,
      progress,
    });
    // In a pipeline's fresh clone there may be no plugins yet.
    await ensurePulumiHome(stack);
    await pulumi.releaseStaleLock();
    const { staying, unreached } = await settleBefore(stack, pulumi);
    left = unreached;
    await staying?.drain();
    const guarded = await protectedNow(stack, pulumi);
    const spare = guarded.length > 0 ? ["--exclude-protected"] : [];
    const destroy = () =>
      withLogIf(debug, stack, progress, (env) =>
        pulumi.show(["destroy", "--yes", "--skip-preview", "--suppress-permalink", ...spare], env),
      );
    const code = await (staying ? staying.awake(destroy) : destroy());
    if (code !== 0) return exitCodes.no;
    await staying?.sweep();
    if (guarded.length > 0) return spared(stack, guarded, start);
    await pulumi.forget();
  }
  const settings = await writtenSettings(stack);
  await sweep(stack);
  if (settings !== undefined) {
    await mkdir(dirname(stack.configFile), { recursive: true, mode: 0o700 });
    await writeFileAtomic(stack.configFile, settings, { mode: 0o600 });
  }
  progress(`stack ${stack.name} is gone after ${elapsed(start)}`);
  if (left.length > 0) progress("not removed, because the cluster did not answer, or is another one by now:");
  for (const line of left) progress(`  ${line}`);
  for (const line of keptOnPurpose(stack)) progress(line);
  return exitCodes.done;
}

/**
 * Takes into Pulumi's knowledge what a killed run had made in a GitLab that stays; an embedded one goes as a whole.
 *
 * @returns the cluster, if it stays, with what it may hold beyond Pulumi's knowledge; and the objects in it that cannot be
 *   deleted, because it cannot be reached
 */
async function settleBefore(
  stack: Stack,
  pulumi: Pulumi,
): Promise<{ staying?: SurvivingCluster; unreached: readonly string[] }> {
  // Looked at first: settling ends the doubt, and with it what tells what may be in the cluster.
  const deployment = await pulumi.deployment();
  // In a fresh clone it is not there, and after a newer pin the state names the older one.
  for (const version of awsPlugins(deployment, versions.pulumiAws)) await pulumi.installPlugin("aws", version);
  if (hasPendingGitLabResources(deployment)) {
    const { gitlab } = await checkAllSettings(stack);
    await (await import("../recovery/interrupted.js")).resolveInterrupted(pulumi, deployment, gitlab, progress);
  }
  if (!survivingProvider(deployment)) return { unreached: [] };
  const staying = await (await import("../recovery/surviving-cluster.js")).survivingCluster(
    stack,
    deployment,
    progress,
  );
  return staying ? { staying, unreached: [] } : { unreached: objectsByKind(deployment) };
}

/** What Pulumi may not delete; nothing once the setting says so, whether an update has been made since or not. */
async function protectedNow(stack: Stack, pulumi: Pulumi): Promise<StateResource[]> {
  const deployment = await pulumi.deployment();
  const guarded = protectedResources(deployment);
  if (guarded.length === 0 || (await checkAllSettings(stack)).protect) return guarded;
  await pulumi.replaceDeployment(unprotected(deployment));
  return [];
}

/** What is protected stays, and with it what Pulumi knows of it: the next `up` goes on with the same repositories. */
async function spared(stack: Stack, guarded: readonly StateResource[], start: number): Promise<number> {
  await removeOwnCluster(stack);
  progress(`all that is not protected is gone after ${elapsed(start)}`);
  for (const { outputs, id } of guarded) {
    progress(`kept ${String(outputs?.pathWithNamespace ?? outputs?.fullPath ?? id)}: protected`);
  }
  progress(
    `to delete these too: pulumi config set protect false -s ${stack.name}, and npx timonier down -s ${stack.name}`,
  );
  return exitCodes.done;
}

/** What a run that was killed may have left outside of Pulumi's knowledge. */
async function sweep(stack: Stack): Promise<void> {
  const gitlab = (await inspectGitLab(stack.gitlabFolder)) === "absent" ? undefined : removeGitLab(stack.gitlabFolder);
  await Promise.all([removeOwnCluster(stack), gitlab]);
  await rm(stack.state.stack(stack.name), { recursive: true, force: true });
}

/** Whichever kind of cluster the stack has made on this machine. */
async function removeOwnCluster(stack: Stack): Promise<void> {
  await sweepMinikube(stack.clusterFolder, stack.state.bin, progress);
  await removeCluster(stack.clusterFolder);
}

/** The stack's settings, where a person wrote some: the same stack may come up again. undefined: there is none to lose. */
async function writtenSettings(stack: Stack): Promise<string | undefined> {
  if (!existsSync(stack.configFile)) return undefined;
  const own = new Set([...Object.keys(firstSettings), "timonier:rotateBefore"]);
  const text = await readFile(stack.configFile, "utf8");
  try {
    const config = (parse(text) as { config?: Record<string, unknown> } | null)?.config ?? {};
    return Object.keys(config).every((key) => own.has(key)) ? undefined : text;
  } catch {
    return text;
  }
}
