import { groupOf, type KubeObject, keyOf, type Snapshot } from "./kube-objects.js";

/**
 * Whether the watches had received every object of a later snapshot. Each watch is a moment late,
 * so outcomes that were derived from them may have missed an object.
 *
 * Statuses may differ, because the rehearsal waits for them.
 *
 * @param watched objects that the watches had received
 * @param kinds `GROUP/KIND` of the watched kinds
 */
export function hasCaughtUp(watched: Snapshot, snapshot: Snapshot, kinds: ReadonlySet<string>): boolean {
  const known = new Map(watched.map((one) => [keyOf(one), one]));
  const there = snapshot.filter(({ apiVersion, kind }) => kinds.has(`${groupOf(apiVersion)}/${kind}`));
  return there.length === known.size && there.every((one) => isSame(one, known.get(keyOf(one))));
}

function isSame({ metadata: one }: KubeObject, other: KubeObject | undefined): boolean {
  const { uid, generation, deletionTimestamp } = other?.metadata ?? {};
  return one.uid === uid && one.generation === generation && one.deletionTimestamp === deletionTimestamp;
}
