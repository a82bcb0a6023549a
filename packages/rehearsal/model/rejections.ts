import type { ObjectChange, Reconciliation } from "@timonier/report/model";
import { groupKindOf, type KubeObject, keyOf, labelOf, refOf } from "./kube-objects.js";
import { diffOf, isSame } from "./object-diff.js";
import { byKey, ownerOf } from "./owners.js";
import { sameSecret } from "./redact.js";
import type { DryRun, RevisionState } from "./revision-state.js";

/**
 * Objects that a stalled Kustomization did not apply: rejected ones, and those that were left out
 * because of them. Objects that were rejected at the base for the same reason do not count, nor
 * objects that only such a rejection prevents from being applied.
 */
export function rejectedChanges(before: RevisionState, after: RevisionState): ObjectChange[] {
  const live = byKey(after.snapshot);
  const known = new Set(before.dryRuns.flatMap(rejectionsOf));
  const rejected = after.dryRuns.filter((one) => one.rejection !== undefined);
  const fresh = rejected.filter((one) => !rejectionsOf(one).some((rejection) => known.has(rejection)));
  return after.dryRuns.flatMap((dryRun): ObjectChange[] => {
    const { object, result, rejection, owner } = dryRun;
    const base = { ref: refOf(object), action: "rejected" as const, dataLoss: false, owner };
    if (rejection !== undefined) return fresh.includes(dryRun) ? [{ ...base, message: rejection, diff: "" }] : [];
    const first = fresh.find((one) => one.owner === owner);
    // Its Kustomization fails for the same reason as before.
    if (!first && before.dryRuns.some((one) => one.owner === owner)) return [];
    const there = live.get(keyOf(object));
    if (!result || (there && isUnchanged(there, result))) return [];
    const why = first ? `${owner} stops at ${labelOf(first.object)}` : `${owner} fails`;
    return [{ ...base, message: `not applied: ${why}`, diff: diffOf(there, result) }];
  });
}

/** Whether applying an object would not change it. Defaults that only one of the two sets are no difference. */
function isUnchanged(there: KubeObject, result: KubeObject): boolean {
  const same = isSame(there, result) && (groupKindOf(there) !== "/Secret" || sameSecret(there, result));
  return same || diffOf(there, result) === "";
}

/** Key of a rejection: owner, object and the API server's message without the rejected value. */
function rejectionsOf({ owner, object, rejection }: DryRun): string[] {
  if (rejection === undefined) return [];
  const reason = rejection.replace(/\b(Invalid|Unsupported|Duplicate) value: ("(?:[^"\\]|\\.)*"|\S+)/g, "$1 value");
  return [`${owner} ${keyOf(object)} ${reason}`];
}

/** Applied objects whose pods do not become ready, in place of the changes of the same objects. */
export function withFailing(
  changes: readonly ObjectChange[],
  before: RevisionState,
  after: RevisionState,
): ObjectChange[] {
  const known = new Map(before.failing);
  const live = byKey(after.snapshot);
  const failing = new Map(after.failing.filter(([key, message]) => known.get(key) !== message));
  const keys = new Map(
    changes.map((change) => [
      keyOf({
        ...change.ref,
        metadata: { name: change.ref.name, ...(change.ref.namespace && { namespace: change.ref.namespace }) },
      }),
      change,
    ]),
  );
  const replaced = new Map<ObjectChange, ObjectChange>();
  const added: ObjectChange[] = [];
  for (const [key, message] of failing) {
    const object = live.get(key);
    if (!object) continue;
    const change = keys.get(key);
    const words = `does not become ready: ${message}`;
    if (change)
      replaced.set(change, {
        ...change,
        action: "rejected",
        message: change.message ? `${change.message}; ${words}` : words,
      });
    else {
      const owner = ownerOf(object);
      added.push({
        ref: refOf(object),
        action: "rejected",
        dataLoss: false,
        message: words,
        ...(owner && { owner }),
        diff: "",
      });
    }
  }
  return [...changes.map((change) => replaced.get(change) ?? change), ...added];
}

/** `Deployment/default/nginx dry-run failed (Invalid): …`, as kustomize-controller names a rejected object. */
export function rejectedIn({
  message,
}: Pick<Reconciliation, "message">):
  | { readonly kind: string; readonly namespace?: string; readonly name: string }
  | undefined {
  const found =
    /^([A-Za-z]+)\/(?:([^/\s]+)\/)?([^/\s]+) (?:dry-run failed|apply failed|namespace not specified|metadata\.managedFields|immutable field|is SOPS)/.exec(
      message ?? "",
    );
  const [, kind, namespace, name] = found ?? [];
  return kind && name ? { kind, name, ...(namespace && { namespace }) } : undefined;
}
