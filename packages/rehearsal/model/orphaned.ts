import { type KubeObject, keyOf, type Snapshot } from "./kube-objects.js";
import type { Outcome } from "./outcome.js";
import { inventoryOf, isKustomization } from "./owners.js";

/**
 * Kustomizations that are Ready and whose inventory names what is not there any more: a namespace or a definition that another one
 * pruned took it along. They do not know it yet.
 */
export function orphanedByPruning(snapshot: Snapshot, outcomes: ReadonlyMap<string, Outcome>): KubeObject[] {
  const there = new Set(snapshot.map(keyOf));
  return snapshot.filter(
    (one) =>
      isKustomization(one) &&
      outcomes.get(keyOf(one))?.state === "reconciled" &&
      inventoryOf(one).some((key) => !there.has(key)),
  );
}
