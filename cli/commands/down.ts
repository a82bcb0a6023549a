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
import { checkUnshared } from "../stack/gitlab-users.js";
import { checkAllSettings, firstSettings } from "../stack/preflight.js";
import { Pulumi } from "../stack/pulumi.js";
import { ensurePulumiHome } from "../stack/pulumi-home.js";
import { exclusively, findStack, type Stack } from "../stack/stack.js";
import { progress } from "../terminal.js";

/** `timonier down`: deletes everything that the stack created, whatever state it is in. */
export async function down({ stack: name, debug }: { stack: string; debug?: boolean }): Promise<number> {
  const start = Date.now();
  const stack = findStack(name);
  await checkUnshared(stack);
  return exclusively(stack, () => bringDown(stack, start, debug));
}

async function bringDown(stack: Stack, start: number, debug = false): Promise<number> {
  let unreachable: readonly string[] = [];
  const pulumi = new Pulumi(stack);
  const defect = pulumi.defect();
  if (defect) {
    if (!pulumi.isAllLocal()) throw defect;
    // Everything of an embedded stack is in its own folder, which can be deleted without Pulumi.
    progress(`${defect.what}; deleting the folder ${stack.state.stack(stack.name)}`);
    await pulumi.discard();
  } else if (await pulumi.exists()) {
    await ensureTools(["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes"], {
      binDir: stack.state.bin,
      progress,
    });
    // A fresh clone in a pipeline has no plugins yet.
    await ensurePulumiHome(stack);
    await pulumi.releaseStaleLock();
    const { surviving, unreached } = await prepareDestroy(stack, pulumi);
    unreachable = unreached;
    await surviving?.drain();
    const protectedOnes = await findProtected(stack, pulumi);
    const exclude = protectedOnes.length > 0 ? ["--exclude-protected"] : [];
    const destroy = () =>
      withLogIf(debug, stack, progress, (env) =>
        pulumi.show(["destroy", "--yes", "--skip-preview", "--suppress-permalink", ...exclude], env),
      );
    const code = await (surviving ? surviving.whileDestroying(destroy) : destroy());
    if (code !== 0) return exitCodes.no;
    await surviving?.sweep();
    if (protectedOnes.length > 0) return keepProtected(stack, protectedOnes, start);
    await pulumi.forget();
  }
  const settings = await writtenSettings(stack);
  await sweep(stack);
  if (settings !== undefined) {
    await mkdir(dirname(stack.configFile), { recursive: true, mode: 0o700 });
    await writeFileAtomic(stack.configFile, settings, { mode: 0o600 });
  }
  progress(`stack ${stack.name}: deleted after ${elapsed(start)}`);
  if (unreachable.length > 0) progress("not deleted, because the cluster did not answer or is another cluster now:");
  for (const line of unreachable) progress(`  ${line}`);
  for (const line of keptOnPurpose(stack)) progress(line);
  return exitCodes.done;
}

/**
 * Resolves pending operations of a killed run in a GitLab that outlives the stack; an embedded
 * GitLab is deleted as a whole.
 *
 * @returns a cluster that outlives the stack, where it can be reached, or else the objects in it
 *   that cannot be deleted
 */
async function prepareDestroy(
  stack: Stack,
  pulumi: Pulumi,
): Promise<{ surviving?: SurvivingCluster; unreached: readonly string[] }> {
  // Read first: resolving pending operations removes them from the state, and they show what may be
  // in the cluster.
  const deployment = await pulumi.deployment();
  // A fresh clone has no plugin, and the state may need an older version.
  for (const version of awsPlugins(deployment, versions.pulumiAws)) await pulumi.installPlugin("aws", version);
  if (hasPendingGitLabResources(deployment)) {
    const { gitlab } = await checkAllSettings(stack);
    await (await import("../recovery/interrupted.js")).resolveInterrupted(pulumi, deployment, gitlab, progress);
  }
  if (!survivingProvider(deployment)) return { unreached: [] };
  const surviving = await (await import("../recovery/surviving-cluster.js")).survivingCluster(
    stack,
    deployment,
    progress,
  );
  return surviving ? { surviving, unreached: [] } : { unreached: objectsByKind(deployment) };
}

/**
 * Resources that Pulumi must not delete. Where the setting `protect` is false, lifts the protection
 * in the state.
 */
async function findProtected(stack: Stack, pulumi: Pulumi): Promise<StateResource[]> {
  const deployment = await pulumi.deployment();
  const protectedOnes = protectedResources(deployment);
  if (protectedOnes.length === 0 || (await checkAllSettings(stack)).protect) return protectedOnes;
  await pulumi.replaceDeployment(unprotected(deployment));
  return [];
}

/** Keeps protected resources and the state, so that the next `up` continues with the same repositories. */
async function keepProtected(stack: Stack, protectedOnes: readonly StateResource[], start: number): Promise<number> {
  await removeOwnCluster(stack);
  progress(`everything except protected resources: deleted after ${elapsed(start)}`);
  for (const { outputs, id } of protectedOnes) {
    progress(`kept ${String(outputs?.pathWithNamespace ?? outputs?.fullPath ?? id)}: protected`);
  }
  progress(
    `to delete these as well: pulumi config set protect false -s ${stack.name}, then npx timonier down -s ${stack.name}`,
  );
  return exitCodes.done;
}

/** Deletes what a killed run may have created on this machine without recording it. */
async function sweep(stack: Stack): Promise<void> {
  const gitlab = (await inspectGitLab(stack.gitlabFolder)) === "absent" ? undefined : removeGitLab(stack.gitlabFolder);
  await Promise.all([removeOwnCluster(stack), gitlab]);
  await rm(stack.state.stack(stack.name), { recursive: true, force: true });
}

/** Deletes a cluster of any kind that the stack created on this machine. */
async function removeOwnCluster(stack: Stack): Promise<void> {
  await sweepMinikube(stack.clusterFolder, stack.state.bin, progress);
  await removeCluster(stack.clusterFolder);
}

/**
 * Text of the settings file where a user wrote settings, so that the stack can be created again;
 * else undefined.
 */
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
