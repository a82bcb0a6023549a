import type { ObjectChange } from "@timonier/report/model";
import { groupKindOf, type KubeObject, keyOf, labelOf, refOf, type Snapshot } from "./kube-objects.js";
import { definesKind, lossOf } from "./loss.js";
import { isBeingDeleted, withoutNoise } from "./noise.js";
import { diffOf, isSame } from "./object-diff.js";
import { byKey, inventories, ownerOf } from "./owners.js";
import { sameSecret } from "./redact.js";
import { finishes, removesItself } from "./self-removing.js";

/** The objects of a cluster before and after a merge. */
export interface Comparison {
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** All changed objects, in no order. Rejected ones are not among them, because they stay the same. */
export function compare({ before, after }: Comparison): ObjectChange[] {
  const [oldObjects, newObjects] = [byKey(withoutNoise(before)), byKey(withoutNoise(after))];
  const owners = { before: inventories(before), after: inventories(after) };
  const ending = byKey(after.filter(isBeingDeleted));
  const context: Context = { oldObjects, newObjects, ending, owners, lost: lossOf(withoutNoise(before)) };
  const changes: ObjectChange[] = [];
  for (const [key, newObject] of newObjects) {
    const change = changeOf(key, oldObjects.get(key), newObject, context);
    if (change) changes.push(change);
  }
  for (const [key, oldObject] of oldObjects) {
    if (newObjects.has(key) || removesItself(oldObject, { before, after })) continue;
    changes.push(deletion(key, oldObject, context));
  }
  return changes;
}

/** Kustomizations that list an object in their inventory, by the object's key. */
type Inventories = ReadonlyMap<string, ReadonlySet<string>>;

interface Context {
  readonly oldObjects: ReadonlyMap<string, KubeObject>;
  readonly newObjects: ReadonlyMap<string, KubeObject>;
  /** Objects that are being deleted and still exist. */
  readonly ending: ReadonlyMap<string, KubeObject>;
  readonly owners: { readonly before: Inventories; readonly after: Inventories };
  readonly lost: (object: KubeObject) => string | undefined;
}

function changeOf(
  key: string,
  oldObject: KubeObject | undefined,
  newObject: KubeObject,
  context: Context,
): ObjectChange | undefined {
  const owner = ownerIn(context.owners.after, key, newObject);
  const ref = refOf(newObject);
  if (!oldObject)
    return { ref, action: "created", dataLoss: false, ...owned(owner), diff: diffOf(undefined, newObject) };
  const former = ownerIn(context.owners.before, key, oldObject);
  const moves =
    former !== undefined && owner !== undefined && former !== owner && !isShared(key, [former, owner], context);
  const moved = moves ? { formerOwner: former } : {};
  const same =
    isSame(oldObject, newObject) && (groupKindOf(newObject) !== "/Secret" || sameSecret(oldObject, newObject));
  // A finished Job that removes itself was applied again.
  if (same && finishes(oldObject) && !moves) return undefined;
  if (oldObject.metadata.uid !== newObject.metadata.uid) {
    const loss = context.lost(oldObject);
    const message = loss ? `deleted and recreated; ${loss}` : "deleted and recreated";
    return {
      ref,
      action: "recreated",
      dataLoss: loss !== undefined,
      message,
      ...owned(owner),
      ...moved,
      diff: diffOf(oldObject, newObject),
    };
  }
  if (same && !moves) return undefined;
  const message = moves ? { message: `moves from ${former} to ${owner}` } : {};
  return {
    ref,
    action: "updated",
    dataLoss: false,
    ...message,
    ...owned(owner),
    ...moved,
    diff: same ? "" : diffOf(oldObject, newObject),
  };
}

/**
 * Whether all of these Kustomizations list an object at base and head: it then belongs to the last
 * one that was reconciled, and does not move.
 */
function isShared(key: string, listers: readonly string[], { owners }: Context): boolean {
  return [owners.before, owners.after].every((inventory) => listers.every((one) => inventory.get(key)?.has(one)));
}

function deletion(key: string, oldObject: KubeObject, context: Context): ObjectChange {
  const owner = ownerIn(context.owners.before, key, oldObject);
  const loss = context.lost(oldObject);
  const along = deletedWith(oldObject, context);
  const why = along ?? (owner ? `${owner} no longer applies it` : "nothing applies it any more");
  const message = [why, loss, stayOf(context.ending.get(key))].filter(Boolean).join("; ");
  const pruned = along === undefined && owner !== undefined;
  return {
    ref: refOf(oldObject),
    action: pruned ? "pruned" : "deleted",
    dataLoss: loss !== undefined,
    message,
    ...owned(owner),
    diff: diffOf(oldObject, undefined),
  };
}

/** Why a deleted object still exists. */
function stayOf(ending: KubeObject | undefined): string | undefined {
  const finalizers = (ending?.metadata.finalizers ?? []) as readonly string[];
  return finalizers.length === 0 ? undefined : `it remains until its finalizers finish: ${finalizers.join(", ")}`;
}

/** The object whose deletion deletes this one: its namespace, its owner, the definition of its kind, or its release. */
function deletedWith(oldObject: KubeObject, { oldObjects, newObjects, owners }: Context): string | undefined {
  const { namespace, ownerReferences } = oldObject.metadata;
  const key = keyOf(oldObject);
  const listers = [...(owners.before.get(key) ?? [])];
  // A Kustomization prunes its own objects, even when their namespace is deleted, and then no longer lists them.
  const applied = listers.some((one) => !owners.after.get(key)?.has(one));
  const holder = `/Namespace//${namespace}`;
  if (!applied && namespace !== undefined && oldObjects.has(holder) && !newObjects.has(holder))
    return `deleted with Namespace ${namespace}`;
  const release = ownerOf(oldObject);
  const uninstalled =
    release?.startsWith("HelmRelease ") && [...newObjects.values()].every((one) => labelOf(one) !== release);
  if (!applied && uninstalled) return `deleted with ${release}`;
  for (const { kind, name, uid } of ownerReferences ?? []) {
    if (![...newObjects.values()].some((one) => one.metadata.uid === uid)) return `deleted with ${kind} ${name}`;
  }
  const definition = [...oldObjects.values()].find((one) => definesKind(one, oldObject));
  if (!applied && definition && !newObjects.has(keyOf(definition))) return `deleted with ${labelOf(definition)}`;
  return undefined;
}

function ownerIn(inventory: Inventories, key: string, object: KubeObject): string | undefined {
  return ownerOf(object) ?? [...(inventory.get(key) ?? [])].at(-1);
}

function owned(owner: string | undefined): { owner?: string } {
  return owner === undefined ? {} : { owner };
}
