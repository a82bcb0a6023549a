import type { ObjectChange, Reconciliation } from "@timonier/report/model";

/** Deletions first, then rejections, then the rest. */
function rank({ action, dataLoss }: ObjectChange): number {
  if (dataLoss) return 0;
  return ["deleted", "pruned", "recreated", "rejected", "updated", "created"].indexOf(action) + 1;
}

/** Sorts changes for the report: by action, then in the order of reconciliation, then by name. */
export function sortChanges(changes: readonly ObjectChange[], order: readonly Reconciliation[]): ObjectChange[] {
  const places = new Map(order.map(({ ref }, place) => [`${ref.kind} ${ref.namespace}/${ref.name}`, place]));
  const place = ({ owner }: ObjectChange) => places.get(owner ?? "") ?? -1;
  const name = ({ ref }: ObjectChange) => `${ref.namespace ?? ""}/${ref.kind}/${ref.name}`;
  return [...changes].sort(
    (one, other) => rank(one) - rank(other) || place(one) - place(other) || (name(one) < name(other) ? -1 : 1),
  );
}
