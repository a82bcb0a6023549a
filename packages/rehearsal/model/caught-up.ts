import { groupOf, type KubeObject, keyOf, type Snapshot } from "./kube-objects.js";

/**
 * Whether what watches had told is all that a later snapshot has of the kinds that are watched. A watch comes a moment late,
 * each kind by itself: what was judged by it may have left out an object that was there.
 *
 * Statuses may differ: they are what is waited for.
 *
 * @param kinds `GROUP/KIND` of what is watched
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
