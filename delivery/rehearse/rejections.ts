import type { ObjectChange, Reconciliation } from "../report/model.js";
import { diffOf } from "./diff.js";
import { keyOf, labelOf, refOf } from "./objects.js";
import { byKey, ownerOf } from "./owners.js";
import type { Side, Trial } from "./side.js";

/**
 * Objects that a failed Kustomization did not apply: those that are refused, and those that are left out because of them. Those that
 * were so before, and are written as they were, are not the merge's.
 */
export function rejectedChanges(before: Side, after: Side): ObjectChange[] {
  const live = byKey(after.snapshot);
  const known = new Map(before.trials.map((one) => [nameOf(one), one]));
  return after.trials.flatMap((trial): ObjectChange[] => {
    const { object, result, refusal, owner } = trial;
    const was = known.get(nameOf(trial));
    if (was && (was.refusal !== undefined || refusal === undefined)) return [];
    const there = live.get(keyOf(object));
    const base = { ref: refOf(object), action: "rejected" as const, dataLoss: false, owner };
    if (refusal !== undefined) return [{ ...base, message: refusal, diff: "" }];
    const diff = result ? diffOf(there, result) : "";
    if (diff === "") return [];
    const first = after.trials.find((one) => one.owner === owner && one.refusal !== undefined);
    const why = first ? `${owner} stops at ${labelOf(first.object)}` : `${owner} fails`;
    return [{ ...base, message: `not applied: ${why}`, diff }];
  });
}

/** The same for the same manifest of the same owner. */
function nameOf({ owner, object }: Trial): string {
  return `${owner} ${JSON.stringify(object)}`;
}

/** Objects that are applied and whose pods do not become ready; in place of the changes of the same objects. */
export function withFailing(changes: readonly ObjectChange[], before: Side, after: Side): ObjectChange[] {
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

/** `Deployment/default/nginx dry-run failed (Invalid): …`, as kustomize-controller says which object was refused. */
export function refusedIn({
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
