import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "../../core/progress.js";
import { rehearsalLayout } from "./layout.js";
import type { KeeperOrder } from "./lifetime.js";
import { planeAt } from "./plane.js";
import { freeze, killPlane } from "./processes.js";

/** How long a control plane waits for the next rehearsal. Milliseconds. */
const IDLE = 30 * 60_000;

/** `keeper.ts ORDER`: sets the control plane back to its base, freezes it there, and ends it after a while. */
async function main(order: KeeperOrder): Promise<void> {
  const layout = rehearsalLayout(order.root);
  const { tools, flux, at } = order;
  const plane = await planeAt(layout, at, { tools, flux, progress: silent });
  plane.api.close();
  freeze(layout);
  await sleep(IDLE);
  await killPlane(layout);
}

await main(JSON.parse(Buffer.from(process.argv[2] ?? "", "base64url").toString()) as KeeperOrder);
process.exit(0);
