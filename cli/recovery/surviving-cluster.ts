import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { drain } from "@timonier/health/drain";
import { sweepMarked } from "@timonier/health/owned-objects";
import { wakeForgotten } from "@timonier/health/stuck-definitions";
import { KubeApi } from "@timonier/kit/kube-api";
import type { ObjectRef } from "@timonier/kit/kube-discovery";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import type { Progress } from "@timonier/kit/progress";
import { readSettings } from "../../apps/settings-file.js";
import { MADE_FOR } from "../../infra/cluster/cluster.js";
import { clusterIdentity } from "../../infra/cluster/cluster-identity.js";
import { fluxDistribution } from "../../infra/flux/distribution.js";
import { planFlux } from "../../infra/flux/flux-plan.js";
import { type Deployment, pendingCreates, stayingProvider } from "../stack/deployment.js";
import { type Deployment, pendingCreates, survivingProvider } from "../stack/deployment.js";
import { checkAllSettings } from "../stack/preflight.js";
import type { Stack } from "../stack/stack.js";

/** Milliseconds that a look at a cluster may take: one that does not answer keeps no stack from ending. */
const LOOK = 20_000;

/**
 * What Pulumi cannot do in a cluster that outlives its stack, where a run was killed: it knows nothing of what was made and
 * not recorded.
 *
 * @see docs/decisions/0085-half-made-in-a-cluster-that-stays.md
 */
export interface StayingCluster {
  /** Before Pulumi destroys: what Flux drives goes, where the resource that would see to it was not made yet. */
  drain(): Promise<void>;
  /** While Pulumi destroys: nothing waits for what Kubernetes has forgotten to end. */
  awake<T>(work: () => Promise<T>): Promise<T>;
  /** Afterwards: what carries the stack's mark and was in nobody's record goes. */
  sweep(): Promise<void>;
}

/**
 * The cluster of a state, where it stays.
 *
 * @returns undefined when nothing has to be done beside Pulumi: the cluster goes with the stack, nothing was made in it,
 *   it does not answer, or another one has its address
 */
export async function stayingCluster(
  stack: Stack,
  deployment: Deployment,
  progress: Progress,
): Promise<StayingCluster | undefined> {
  const provider = survivingProvider(deployment);
  const file = join(stack.clusterFolder, "kubeconfig");
  if (!provider || !existsSync(file)) return undefined;
  const kubeconfig = await readFile(file, "utf8");
  if ((await identityOf(kubeconfig)) !== provider.inputs?.clusterIdentifier) return undefined;

  const config = await checkAllSettings(stack);
  const mark = { annotation: MADE_FOR, value: config.cluster.name };
  const options = { timeout: config.timeout, progress };
  return {
    drain: async () => {
      if (!deployment.resources?.some(({ type }) => type === "timonier:flux:Drain"))
        await drain(kubeconfig, mark, options);
    },
    awake: async (work) => {
      const [api, stop] = [new KubeApi(await readKubeconfig(kubeconfig)), new AbortController()];
      const waking = wakeForgotten(api, mark, stop.signal);
      try {
        return await work();
      } finally {
        stop.abort();
        await waking;
        api.close();
      }
    },
    sweep: async () => {
      const [settings, { objects }] = await Promise.all([readSettings(), fluxDistribution(progress)]);
      const plan = planFlux(config, "", settings, objects).wanted();
      const refs = [...plan.sync, ...plan.secrets, ...inDoubt(deployment), ...plan.components];
      for (const name of await sweepMarked(kubeconfig, mark, refs, options)) {
        progress(`${name}: made by an interrupted run and not recorded, deleted`);
      }
    },
  };
}

async function identityOf(kubeconfig: string): Promise<string | undefined> {
  const timeout = sleep(LOOK, undefined, { ref: false });
  return Promise.race([clusterIdentity(kubeconfig).catch(() => undefined), timeout]);
}

/** Objects whose creation had begun and whose end nobody recorded. */
function inDoubt(deployment: Deployment): ObjectRef[] {
  return pendingCreates(deployment).flatMap(({ type, inputs = {} }) => {
    const { apiVersion, kind, metadata } = inputs as Partial<ObjectRef> & { metadata?: ObjectRef };
    if (!type.startsWith("kubernetes:") || !apiVersion || !kind || !metadata?.name) return [];
    return [{ apiVersion, kind, namespace: metadata.namespace, name: metadata.name }];
  });
}
