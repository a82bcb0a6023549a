import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "@timonier/kit/progress";
import { isReconciliation } from "../model/flux-objects.js";
import { at, conditionOf, type KubeObject, keyOf, textAt } from "../model/kube-objects.js";
import type { RevisionState } from "../model/revision-state.js";
import { requestReconcile } from "./await-outcomes.js";
import { EMPTY, readBase } from "./base-store.js";
import { freeze, killCluster } from "./cluster-processes.js";
import { ClusterWatch } from "./cluster-watch.js";
import type { KeeperOrder } from "./lifetime.js";
import { clusterAt, type RehearsalCluster } from "./rehearsal-cluster.js";
import { type RehearsalLayout, rehearsalLayout } from "./rehearsal-layout.js";

/** How long a control plane waits for the next rehearsal. Milliseconds. */
const IDLE = 30 * 60_000;

/** Time between two looks whether the folder is there. Milliseconds. */
const LOOK = 5_000;

/** How long controllers that were started anew may take for their first look at everything. Milliseconds. */
const SETTLING = 120_000;

/** `keeper.ts ORDER`: sets the control plane back to its base, freezes it there, and ends it after a while. */
async function main(order: KeeperOrder): Promise<void> {
  const layout = rehearsalLayout(order.root);
  const { tools, flux, at: key } = order;
  const cluster = await clusterAt(layout, key, { tools, flux, progress: silent });
  const ready = new Set(await readyAt(layout, key));
  await firstLook(cluster, ready).catch(() => {});
  cluster.api.close();
  freeze(layout);
  await idle(layout);
  await killCluster(layout);
}

/** Waits for the next rehearsal, which ends this process; not longer than the folder is there. */
async function idle({ root }: RehearsalLayout): Promise<void> {
  for (const end = Date.now() + IDLE; Date.now() < end && existsSync(root); ) await sleep(LOOK);
}

/** Keys of what is Ready at a base. */
async function readyAt(layout: RehearsalLayout, key: string): Promise<string[]> {
  if (key === EMPTY) return [];
  const { outcomes } = await readBase<RevisionState>(layout, key);
  return outcomes.flatMap(([one, { state }]) => (state === "reconciled" ? [one] : []));
}

/**
 * Controllers that were started anew look at everything once: done now, it is not part of the next rehearsal. Who depends on others
 * may have to look more than once until it is Ready again.
 */
async function firstLook(cluster: RehearsalCluster, ready: ReadonlySet<string>): Promise<void> {
  const watch = new ClusterWatch(cluster.api);
  try {
    const token = `rehearsal-${Date.now()}`;
    for (const end = Date.now() + SETTLING; Date.now() < end; await watch.change(500)) {
      // What is suspended is not looked at: by the tree, or because it needs something out of reach.
      const isDone = (one: KubeObject) =>
        at(one, "spec", "suspend") === true ||
        (textAt(one, "status", "lastHandledReconcileAt") === token &&
          (conditionOf(one, "Ready")?.status === "True" || !ready.has(keyOf(one))));
      const open = watch.flux.filter((one) => isReconciliation(one) && !isDone(one));
      if (watch.complete && open.length === 0) return;
      const unasked = open.filter(
        ({ metadata }) => metadata.annotations?.["reconcile.fluxcd.io/requestedAt"] !== token,
      );
      await Promise.all(unasked.map((one) => requestReconcile(cluster, one, token)));
    }
  } finally {
    watch.close();
  }
}

await main(JSON.parse(Buffer.from(process.argv[2] ?? "", "base64url").toString()) as KeeperOrder);
process.exit(0);
