import { setTimeout as sleep } from "node:timers/promises";
import { drain as drainCluster } from "@timonier/health/drain";
import { KubeApi } from "@timonier/kit/kube-api";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import type { Properties, ResourceKind } from "@timonier/provider-host/plugin";
import { z } from "zod";
import { OWNER_ANNOTATION } from "../../cluster/cluster.js";
import { clusterIdentity } from "../../cluster/cluster-identity.js";
import { ensureGone } from "../../cluster/eks/presence.js";
import { releaseCloudParts } from "../../cluster/eks/release.js";
import { drainShape } from "./schema.js";

const { inputs } = drainShape;
const recorded = inputs.extend({ identity: z.string() });

/** Records the identity of the cluster, so that another cluster at its address is never drained. */
const remember = async (news: Properties) => ({
  ...news,
  identity: await clusterIdentity(inputs.parse(news).kubeconfig),
});

/** Milliseconds between attempts to reach a cluster: its API server may be restarting. */
const PAUSES = [2_000, 5_000, 0];

/** Drains a cluster that stays, or that has created load balancers and disks outside itself, before Flux is deleted. */
export const drain: ResourceKind<unknown> = drainWith(PAUSES);

/** The drain with other pauses, for tests. */
export function drainWith(pauses: readonly number[]): ResourceKind<unknown> {
  return {
    secrets: drainShape.secrets,
    create: async (news) => {
      const state = await remember(news);
      return { id: state.identity, state };
    },
    update: async (_id, _olds, news) => ({ state: await remember(news) }),
    delete: async (_id, state, ctx) => {
      const { kubeconfig, identity, cluster, timeout, cloud: place } = recorded.parse(state);
      const found = await identityOf(kubeconfig, pauses);
      if (found !== identity) {
        if (place) await ensureGone(place);
        const why = found === undefined ? "it does not answer" : "another cluster has its address";
        // An unreachable cluster must not block `destroy`.
        ctx.log("warning", `the cluster is gone (${why}): what Flux manages in it is not deleted`);
        return;
      }
      const progress = (line: string) => ctx.log("info", line, { ephemeral: true });
      const owner = { annotation: OWNER_ANNOTATION, value: cluster };
      const options = { timeout, progress, signal: ctx.signal };
      await drainCluster(kubeconfig, owner, options);
      if (!place) return;
      const api = new KubeApi(await readKubeconfig(kubeconfig));
      try {
        const disks = await releaseCloudParts(api, options);
        if (disks.length > 0)
          ctx.log("warning", `disks stay in AWS because of their reclaim policy Retain: ${disks.join(", ")}`);
      } finally {
        api.close();
      }
    },
  };
}

/** @returns undefined when it does not answer */
async function identityOf(kubeconfig: string, pauses: readonly number[]): Promise<string | undefined> {
  for (const pause of pauses) {
    try {
      return await clusterIdentity(kubeconfig);
    } catch {
      await sleep(pause);
    }
  }
  return undefined;
}
