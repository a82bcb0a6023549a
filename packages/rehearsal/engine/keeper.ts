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

/** How long a frozen cluster waits for the next rehearsal. Milliseconds. */
const IDLE = 30 * 60_000;

/** Time between two checks that the folder still exists. Milliseconds. */
const CHECK_INTERVAL = 5_000;

/** How long restarted controllers may take to reconcile everything once. Milliseconds. */
const FIRST_RECONCILIATION = 120_000;

/** `keeper.ts ORDER`: restores the cluster to its base, freezes it, and ends it after a while. */
async function main(order: KeeperOrder): Promise<void> {
  const layout = rehearsalLayout(order.root);
  const { tools, flux, at: key } = order;
  const cluster = await clusterAt(layout, key, { tools, flux, progress: silent });
  const ready = new Set(await readyAt(layout, key));
  await reconcileOnce(cluster, ready).catch(() => {});
  cluster.api.close();
  freeze(layout);
  await idle(layout);
  await killCluster(layout);
}

/** Waits until the next rehearsal ends this process, until the idle time is over, or until the folder is deleted. */
async function idle({ root }: RehearsalLayout): Promise<void> {
  for (const end = Date.now() + IDLE; Date.now() < end && existsSync(root); ) await sleep(CHECK_INTERVAL);
}

/** Keys of the objects that are reconciled at a base. */
async function readyAt(layout: RehearsalLayout, key: string): Promise<string[]> {
  if (key === EMPTY) return [];
  const { outcomes } = await readBase<RevisionState>(layout, key);
  return outcomes.flatMap(([one, { state }]) => (state === "reconciled" ? [one] : []));
}

/**
 * Restarted controllers reconcile every object once. Doing that now makes the next rehearsal
 * faster. An object with dependencies may need several reconciliations until it is Ready again.
 */
async function reconcileOnce(cluster: RehearsalCluster, ready: ReadonlySet<string>): Promise<void> {
  const watch = new ClusterWatch(cluster.api);
  try {
    const token = `rehearsal-${Date.now()}`;
    for (const end = Date.now() + FIRST_RECONCILIATION; Date.now() < end; await watch.change(500)) {
      // Suspended objects are not reconciled: the tree suspends them, or they need something out of reach.
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
