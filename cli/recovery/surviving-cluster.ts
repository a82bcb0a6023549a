import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { drain } from "@timonier/health/drain";
import { deleteOwned } from "@timonier/health/owned-objects";
import { touchStuckDefinitions } from "@timonier/health/stuck-definitions";
import { KubeApi } from "@timonier/kit/kube-api";
import type { ObjectRef } from "@timonier/kit/kube-discovery";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import type { Progress } from "@timonier/kit/progress";
import { readEnvironment } from "../../apps/settings-file.js";
import { OWNER_ANNOTATION } from "../../infra/cluster/cluster.js";
import { clusterIdentity } from "../../infra/cluster/cluster-identity.js";
import { fluxComponents } from "../../infra/flux/components.js";
import { fluxDistribution } from "../../infra/flux/distribution.js";
import { planFlux } from "../../infra/flux/flux-plan.js";
import { type Deployment, pendingCreates, survivingProvider } from "../stack/deployment.js";
import { checkAllSettings } from "../stack/preflight.js";
import type { Stack } from "../stack/stack.js";

/**
 * Timeout for reading the identity of a cluster, in milliseconds: an unreachable cluster must not
 * block `down`.
 */
const IDENTITY_TIMEOUT = 20_000;

/**
 * Steps of `down` in a cluster that outlives its stack, for objects that a killed run created and
 * did not record, so that Pulumi cannot delete them.
 *
 * @see docs/decisions/0085-half-made-in-a-cluster-that-stays.md
 */
export interface SurvivingCluster {
  /**
   * Before `pulumi destroy`: deletes what Flux manages, where the resource that does so was not
   * created yet.
   */
  drain(): Promise<void>;
  /** During `pulumi destroy`: continues stuck deletions of definitions. */
  whileDestroying<T>(work: () => Promise<T>): Promise<T>;
  /** After `pulumi destroy`: deletes unrecorded objects with the stack's owner annotation. */
  sweep(): Promise<void>;
}

/**
 * The cluster of a state, where it outlives the stack.
 *
 * @returns undefined where Pulumi needs no help: `down` deletes the cluster, nothing was created in
 *   it, it does not answer, or another cluster has its address
 */
export async function survivingCluster(
  stack: Stack,
  deployment: Deployment,
  progress: Progress,
): Promise<SurvivingCluster | undefined> {
  const provider = survivingProvider(deployment);
  const file = join(stack.clusterFolder, "kubeconfig");
  if (!provider || !existsSync(file)) return undefined;
  const kubeconfig = await readFile(file, "utf8");
  if ((await identityOf(kubeconfig)) !== provider.inputs?.clusterIdentifier) return undefined;

  const config = await checkAllSettings(stack);
  const owner = { annotation: OWNER_ANNOTATION, value: config.cluster.name };
  const options = { timeout: config.timeout, progress };
  return {
    drain: async () => {
      if (!deployment.resources?.some(({ type }) => type === "timonier:flux:Drain"))
        await drain(kubeconfig, owner, options);
    },
    whileDestroying: async (work) => {
      const [api, stop] = [new KubeApi(await readKubeconfig(kubeconfig)), new AbortController()];
      const touching = touchStuckDefinitions(api, owner, stop.signal);
      try {
        return await work();
      } finally {
        stop.abort();
        await touching;
        api.close();
      }
    },
    sweep: async () => {
      const [{ settings }, { objects }] = await Promise.all([
        readEnvironment(config.environment),
        fluxDistribution(progress, fluxComponents(config)),
      ]);
      const plan = planFlux(config, "", settings, objects).wanted();
      const refs = [...plan.sync, ...plan.secrets, ...pendingObjects(deployment), ...plan.components];
      for (const name of await deleteOwned(kubeconfig, owner, refs, options)) {
        progress(`${name}: created by an interrupted run and not recorded, deleted`);
      }
    },
  };
}

async function identityOf(kubeconfig: string): Promise<string | undefined> {
  const timeout = sleep(IDENTITY_TIMEOUT, undefined, { ref: false });
  return Promise.race([clusterIdentity(kubeconfig).catch(() => undefined), timeout]);
}

/** Objects whose creation began and whose result was not recorded. */
function pendingObjects(deployment: Deployment): ObjectRef[] {
  return pendingCreates(deployment).flatMap(({ type, inputs = {} }) => {
    const { apiVersion, kind, metadata } = inputs as Partial<ObjectRef> & { metadata?: ObjectRef };
    if (!type.startsWith("kubernetes:") || !apiVersion || !kind || !metadata?.name) return [];
    return [{ apiVersion, kind, namespace: metadata.namespace, name: metadata.name }];
  });
}
