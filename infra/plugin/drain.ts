import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { drain as drainCluster } from "../../delivery/live/drain.js";
import type { Properties, ResourceKind } from "../../sdks/provider-host/plugin.js";
import { MADE_FOR } from "../cluster/cluster.js";
import { clusterIdentity } from "./identity.js";

const inputs = z.object({ kubeconfig: z.string(), cluster: z.string(), timeout: z.number() });
const kept = inputs.extend({ identity: z.string() });

/** Which cluster it is, so that another one at its address is never drained. */
const remember = async (news: Properties) => ({
  ...news,
  identity: await clusterIdentity(inputs.parse(news).kubeconfig),
});

/** What happens before Flux is deleted from a cluster that stays. */
export const drain: ResourceKind<unknown> = {
  secrets: ["kubeconfig"],
  create: async (news) => {
    const state = await remember(news);
    return { id: state.identity, state };
  },
  update: async (_id, _olds, news) => ({ state: await remember(news) }),
  delete: async (_id, state, ctx) => {
    const { kubeconfig, identity, cluster, timeout } = kept.parse(state);
    const found = await identityOf(kubeconfig);
    if (found !== identity) {
      const why = found === undefined ? "it does not answer" : "another one has its address";
      // A cluster that is gone must not keep the stack from ending.
      ctx.log("warning", `the cluster is not there (${why}): what Flux drives in it is left as it is`);
      return;
    }
    const progress = (line: string) => ctx.log("info", line, { ephemeral: true });
    const mark = { annotation: MADE_FOR, value: cluster };
    await drainCluster(kubeconfig, mark, { timeout, progress, signal: ctx.signal });
  },
};

/** Three looks: an API server that restarts is not one that is gone. undefined: it does not answer. */
async function identityOf(kubeconfig: string): Promise<string | undefined> {
  for (const pause of [2_000, 5_000, 0]) {
    try {
      return await clusterIdentity(kubeconfig);
    } catch {
      await sleep(pause);
    }
  }
  return undefined;
}
