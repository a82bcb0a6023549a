import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "../../core/progress.js";
import { textAt } from "../../delivery/rehearse/objects.js";
import { isReconciliation } from "../../delivery/rehearse/settle.js";
import { ClusterWatch } from "./cluster-watch.js";
import { rehearsalLayout } from "./layout.js";
import type { KeeperOrder } from "./lifetime.js";
import { type Plane, planeAt } from "./plane.js";
import { freeze, killPlane } from "./processes.js";
import { ask } from "./settled.js";

/** How long a control plane waits for the next rehearsal. Milliseconds. */
const IDLE = 30 * 60_000;

/** How long controllers that were started anew may take for their first look at everything. Milliseconds. */
const SETTLING = 120_000;

/** `keeper.ts ORDER`: sets the control plane back to its base, freezes it there, and ends it after a while. */
async function main(order: KeeperOrder): Promise<void> {
  const layout = rehearsalLayout(order.root);
  const { tools, flux, at } = order;
  const plane = await planeAt(layout, at, { tools, flux, progress: silent });
  await firstLook(plane).catch(() => {});
  plane.api.close();
  freeze(layout);
  await sleep(IDLE);
  await killPlane(layout);
}

/** Controllers that were started anew look at everything once: done now, it is not part of the next rehearsal. */
async function firstLook(plane: Plane): Promise<void> {
  const watch = new ClusterWatch(plane.api);
  try {
    const token = `rehearsal-${Date.now()}`;
    for (const end = Date.now() + SETTLING; Date.now() < end; await watch.change(500)) {
      const open = watch.flux.filter(
        (one) => isReconciliation(one) && textAt(one, "status", "lastHandledReconcileAt") !== token,
      );
      if (watch.complete && open.length === 0) return;
      const unasked = open.filter(
        ({ metadata }) => metadata.annotations?.["reconcile.fluxcd.io/requestedAt"] !== token,
      );
      await Promise.all(unasked.map((one) => ask(plane, one, token)));
    }
  } finally {
    watch.close();
  }
}

await main(JSON.parse(Buffer.from(process.argv[2] ?? "", "base64url").toString()) as KeeperOrder);
process.exit(0);
