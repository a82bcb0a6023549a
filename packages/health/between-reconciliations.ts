import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterReader } from "./cluster-reader.js";
import { type ClusterView, condition, type KubeObject } from "./kube-object.js";

/** Longest time that a controller's look may take before it is shown as one that is still going on, in milliseconds. */
const LONGEST = 5_000;
const INTERVAL = 250;

/**
 * The cluster between two looks of Flux's controllers. With each interval a controller sets `Ready` to Unknown while it looks at an
 * object that it has applied before: for a moment nothing is known, and nothing is wrong.
 *
 * @returns the first view in which no such look is going on, or the last one
 */
export async function viewBetweenLooks(
  reader: Pick<ClusterReader, "view">,
  { longest = LONGEST, interval = INTERVAL } = {},
): Promise<ClusterView> {
  for (const end = Date.now() + longest; ; await sleep(interval)) {
    const view = await reader.view();
    const looking = [...view.sources, ...view.kustomizations].some(isLookedAtAgain);
    if (!looking || Date.now() >= end) return view;
  }
}

function isLookedAtAgain(object: KubeObject): boolean {
  const ready = condition(object, "Ready");
  const applied = object.status?.lastAppliedRevision ?? object.status?.artifact?.revision;
  return ready?.status === "Unknown" && ready.reason === "Progressing" && applied !== undefined;
}
