import type { ObjectChange } from "@timonier/report/model";
import { groupKindOf, type KubeObject, keyOf, labelOf, refOf, type Snapshot } from "./kube-objects.js";
import { definesKind, lossOf } from "./loss.js";
import { isEnding, withoutNoise } from "./noise.js";
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
  const [olds, youngs] = [byKey(withoutNoise(before)), byKey(withoutNoise(after))];
  const owners = { before: inventories(before), after: inventories(after) };
  const ending = byKey(after.filter(isEnding));
  const context: Context = { olds, youngs, ending, owners, lost: lossOf(withoutNoise(before)) };
  const changes: ObjectChange[] = [];
  for (const [key, young] of youngs) {
    const change = changeOf(key, olds.get(key), young, context);
    if (change) changes.push(change);
  }
  for (const [key, old] of olds) {
    if (youngs.has(key) || removesItself(old, { before, after })) continue;
    changes.push(gone(key, old, context));
  }
  return changes;
}

/** Kustomizations that list an object in their inventory, by the object's key. */
type Inventories = ReadonlyMap<string, ReadonlySet<string>>;

interface Context {
  readonly olds: ReadonlyMap<string, KubeObject>;
  readonly youngs: ReadonlyMap<string, KubeObject>;
  /** Objects that are being deleted and still exist. */
  readonly ending: ReadonlyMap<string, KubeObject>;
  readonly owners: { readonly before: Inventories; readonly after: Inventories };
  readonly lost: (object: KubeObject) => string | undefined;
}

function changeOf(
  key: string,
  old: KubeObject | undefined,
  young: KubeObject,
  context: Context,
): ObjectChange | undefined {
  const owner = ownerIn(context.owners.after, key, young);
  const ref = refOf(young);
  if (!old) return { ref, action: "created", dataLoss: false, ...owned(owner), diff: diffOf(undefined, young) };
  const former = ownerIn(context.owners.before, key, old);
  const moves =
    former !== undefined && owner !== undefined && former !== owner && !isShared(key, [former, owner], context);
  const moved = moves ? { formerOwner: former } : {};
  const same = isSame(old, young) && (groupKindOf(young) !== "/Secret" || sameSecret(old, young));
  // A finished Job that removes itself was applied again.
  if (same && finishes(old) && !moves) return undefined;
  if (old.metadata.uid !== young.metadata.uid) {
    const loss = context.lost(old);
    const message = loss ? `deleted and recreated; ${loss}` : "deleted and recreated";
    return {
      ref,
      action: "recreated",
      dataLoss: loss !== undefined,
      message,
      ...owned(owner),
      ...moved,
      diff: diffOf(old, young),
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
    diff: same ? "" : diffOf(old, young),
  };
}

/** Whether all of these Kustomizations list an object at base and head: it then belongs to the last one that was reconciled, and does not move. */
function isShared(key: string, listers: readonly string[], { owners }: Context): boolean {
  return [owners.before, owners.after].every((inventory) => listers.every((one) => inventory.get(key)?.has(one)));
}

function gone(key: string, old: KubeObject, context: Context): ObjectChange {
  const owner = ownerIn(context.owners.before, key, old);
  const loss = context.lost(old);
  const along = goesWith(old, context);
  const why = along ?? (owner ? `${owner} no longer applies it` : "nothing applies it any more");
  const message = [why, loss, stayOf(context.ending.get(key))].filter(Boolean).join("; ");
  const pruned = along === undefined && owner !== undefined;
  return {
    ref: refOf(old),
    action: pruned ? "pruned" : "deleted",
    dataLoss: loss !== undefined,
    message,
    ...owned(owner),
    diff: diffOf(old, undefined),
  };
}

/** Why a deleted object still exists. */
function stayOf(ending: KubeObject | undefined): string | undefined {
  const finalizers = (ending?.metadata.finalizers ?? []) as readonly string[];
  return finalizers.length === 0 ? undefined : `it remains until its finalizers finish: ${finalizers.join(", ")}`;
}

/** The object whose deletion deletes this one: its namespace, its owner, the definition of its kind, or its release. */
function goesWith(old: KubeObject, { olds, youngs, owners }: Context): string | undefined {
  const { namespace, ownerReferences } = old.metadata;
  const key = keyOf(old);
  const listers = [...(owners.before.get(key) ?? [])];
  // A Kustomization prunes its own objects, even when their namespace is deleted, and then no longer lists them.
  const applied = listers.some((one) => !owners.after.get(key)?.has(one));
  const holder = `/Namespace//${namespace}`;
  if (!applied && namespace !== undefined && olds.has(holder) && !youngs.has(holder))
    return `deleted with Namespace ${namespace}`;
  const release = ownerOf(old);
  const uninstalled =
    release?.startsWith("HelmRelease ") && [...youngs.values()].every((one) => labelOf(one) !== release);
  if (!applied && uninstalled) return `deleted with ${release}`;
  for (const { kind, name, uid } of ownerReferences ?? []) {
    if (![...youngs.values()].some((one) => one.metadata.uid === uid)) return `deleted with ${kind} ${name}`;
  }
  const definition = [...olds.values()].find((one) => definesKind(one, old));
  if (!applied && definition && !youngs.has(keyOf(definition))) return `deleted with ${labelOf(definition)}`;
  return undefined;
}

function ownerIn(inventory: Inventories, key: string, object: KubeObject): string | undefined {
  return ownerOf(object) ?? [...(inventory.get(key) ?? [])].at(-1);
}

function owned(owner: string | undefined): { owner?: string } {
  return owner === undefined ? {} : { owner };
}
