import { type KubeObject, keyOf, type Snapshot } from "./kube-objects.js";
import type { Outcome } from "./outcome.js";
import { inventoryOf, isKustomization } from "./owners.js";

/**
 * Reconciled Kustomizations with objects that another owner's pruning deleted: their inventory
 * names objects that no longer exist, because their namespace or definition was pruned. Their
 * controller notices at its next reconciliation.
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
