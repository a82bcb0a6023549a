import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspectCluster, removeCluster, startCluster } from "@timonier/cluster-simulator/lifecycle";
import { serviceAddress, webhookReceiver } from "@timonier/cluster-simulator/service-address";
import { clusterToolNames, imageToolNames } from "@timonier/control-plane/tools";
import { StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import type { Context, Properties, ResourceKind } from "@timonier/provider-host/plugin";
import { ensureTools } from "@timonier/toolchain/ensure";
import { clusterIdentity } from "../../cluster/cluster-identity.js";
import { embeddedClusterShape } from "./schema.js";

const { inputs } = embeddedClusterShape;

function folder(properties: Properties): string {
  return stackClusterFolder(new StateFolder(), inputs.parse(properties).stack);
}

async function start(news: Properties, ctx: Context<unknown>): Promise<Properties> {
  const progress = (line: string) => ctx.log("info", line, { ephemeral: true });
  const names = [...clusterToolNames, ...(inputs.parse(news).imageAutomation ? imageToolNames : [])];
  const tools = await ensureTools(names, { binDir: new StateFolder().bin, progress, signal: ctx.signal });
  const { kubeconfigFile, kubernetesVersion } = await startCluster(folder(news), tools, {
    progress,
    signal: ctx.signal,
  });
  const kubeconfig = await readFile(kubeconfigFile, "utf8");
  const receiver = serviceAddress(folder(news), webhookReceiver.namespace, webhookReceiver.name);
  return { ...news, kubeconfig, kubernetesVersion, identity: await clusterIdentity(kubeconfig), receiver };
}

/** The embedded cluster. A process that does not run is a difference, and starting it is the update. */
export const embeddedCluster: ResourceKind<unknown> = {
  secrets: embeddedClusterShape.secrets,
  diff: async (_id, olds, news) => {
    const { state } = await inspectCluster(folder(news));
    const [before, now] = [inputs.parse(olds.inputs), inputs.parse(news)];
    if (before.stack !== now.stack) return replacement("stack");
    // Its data is gone: what starts now is another cluster, and everything in it is recreated. The
    // new cluster is created first: to delete objects of the old one, the engine would use a
    // provider that it has just ended.
    if (state === "absent") return { changes: true, replaces: ["identity"], changed: ["identity"] };
    return {
      // The update starts the agent again, with the programs of other controllers.
      changes: state !== "running" || before.imageAutomation !== now.imageAutomation,
      changed: [],
      stables: [
        ...(state === "running" ? ["startedAt"] : []),
        "identity",
        "kubeconfig",
        "kubernetesVersion",
        "receiver",
      ],
    };
  },
  create: async (news, ctx) => {
    const state = await start(news, ctx);
    return { id: String(state.identity), state };
  },
  read: async (id, state, olds) => {
    const found = await inspectCluster(folder(olds));
    return found.state === "absent" ? undefined : { id, state, inputs: olds };
  },
  update: async (_id, olds, news, ctx) => {
    const { state } = await inspectCluster(folder(news));
    // Taken before the start: an object that is reconciled later has been reconciled by the started cluster.
    const startedAt = state === "running" ? olds.state.startedAt : new Date().toISOString();
    return { state: { ...(await start(news, ctx)), startedAt } };
  },
  delete: async (id, state) => {
    // The folder may belong to the successor already.
    if (!(await hasSuccessor(folder(state), id))) await removeCluster(folder(state));
  },
};

/** Whether another cluster is in the folder. false for one that does not answer, so that it is deleted. */
async function hasSuccessor(dir: string, identity: string): Promise<boolean> {
  try {
    return (await clusterIdentity(await readFile(join(dir, "kubeconfig"), "utf8"))) !== identity;
  } catch {
    return false;
  }
}

function replacement(property: string) {
  return { changes: true, replaces: [property], changed: [property], deleteBeforeReplace: true };
}
