import type { Report } from "../../packages/report/model.js";
import { belongsTo, type Fate, type Ready } from "./cases.js";
import { contentOf, inventoryOf, type ObservedObject, type Snapshot } from "./observe.js";
import { readyOf } from "./real-outcomes.js";

/** As in the report. */
export type Verdict = Report["verdict"];

/**
 * Effect of a merge: of a label, of a prediction or of the real merge.
 */
export interface Outcome {
  readonly verdict: Verdict;
  readonly objects: Readonly<Record<string, Fate>>;
  /** Owners of rejected objects, if known. */
  readonly rejecters: Readonly<Record<string, string>>;
  /** Every Kustomization and HelmRelease that exists after the merge. */
  readonly ready: Readonly<Record<string, Ready>>;
  /** Keys of `ready` that a prediction reports as not evaluated. @default none */
  readonly open?: readonly string[];
  /** Names of objects whose data is lost, sorted. */
  readonly dataLoss: readonly string[];
  /** Messages that explain the outcome. */
  readonly messages: readonly string[];
}

/**
 * Outcome of a case from two snapshots of the real cluster. Pure, and independent of the rehearsal.
 */
export function whatHappened(name: string, before: Snapshot, after: Snapshot): Outcome {
  const mine = (all: Snapshot) => new Map([...all].filter(([, object]) => belongsTo(name, object.metadata)));
  const old = mine(before);
  // An object that waits for a finalizer counts as deleted, as in the report.
  const now = new Map([...mine(after)].filter(([, { metadata }]) => !metadata.deletionTimestamp));
  const reconcilers = [...now].filter(([, { kind }]) => kind === "Kustomization" || kind === "HelmRelease");
  const failed = reconcilers.flatMap(([key, object]) => {
    const condition = readyOf(object);
    return condition && condition.status !== "True" ? [{ key, ...condition }] : [];
  });
  // A failure from before the merge does not count.
  const broken = failed.filter(({ key }) => (readyOf(old.get(key))?.status ?? "True") === "True");
  const pruned = prunedOf(old, now);
  const objects: Record<string, Fate> = {};
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const fate = fateOf(old.get(key), now.get(key), pruned.has(key));
    if (fate) objects[key] = fate;
  }
  for (const { reason, message } of broken) {
    if (!rejections.has(reason)) continue;
    // An unchanged object in the message was rejected: Flux applies a tree only as a whole.
    for (const key of rejectedIn(message, name)) objects[key] ??= "rejected";
  }
  const lost = Object.values(objects).some((fate) => fate === "recreated" || fate === "pruned" || fate === "deleted");
  return {
    verdict: broken.length > 0 ? "rejected" : lost ? "destructive" : "safe",
    objects,
    rejecters: {},
    ready: Object.fromEntries(reconcilers.map(([key, object]) => [key, statusOf(object)])),
    dataLoss: lossesOf(objects, old),
    messages: failed.map(({ key, reason, message }) => `${key}: ${reason}: ${message}`),
  };
}

/**
 * Objects with data, as in the report: a volume claim, a namespace with one, a volume that is not
 * retained, the definition of a kind.
 */
function lossesOf(objects: Readonly<Record<string, Fate>>, before: Snapshot): string[] {
  const claims = [...before.values()].filter(({ kind }) => kind === "PersistentVolumeClaim");
  return Object.entries(objects)
    .filter(([key, fate]) => {
      const { kind, metadata, spec } = before.get(key) ?? {};
      if (fate !== "pruned" && fate !== "deleted" && fate !== "recreated") return false;
      if (kind === "Namespace") return claims.some((claim) => claim.metadata.namespace === metadata?.name);
      if (kind === "PersistentVolume") return spec?.persistentVolumeReclaimPolicy !== "Retain";
      return kind === "PersistentVolumeClaim" || kind === "CustomResourceDefinition";
    })
    .map(([key]) => key)
    .sort();
}

function statusOf(object: ObservedObject): Ready {
  const condition = readyOf(object);
  return condition ? (condition.status === "True" ? "True" : "False") : "none";
}

function fateOf(
  before: ObservedObject | undefined,
  after: ObservedObject | undefined,
  pruned: boolean,
): Fate | undefined {
  if (!before) return after && "created";
  if (!after) return pruned ? "pruned" : "deleted";
  if (before.metadata.uid !== after.metadata.uid) return "recreated";
  if (before.metadata.generation !== after.metadata.generation) return "updated";
  return contentOf(before) === contentOf(after) ? undefined : "updated";
}

/**
 * Keys of objects that Flux pruned: a Kustomization no longer lists them or was deleted, or the
 * chart of a release that still exists no longer contains them.
 */
function prunedOf(before: Snapshot, after: Snapshot): Set<string> {
  return new Set(
    [...before].flatMap(([key, object]) => {
      const { "helm.toolkit.fluxcd.io/name": release, "helm.toolkit.fluxcd.io/namespace": namespace } =
        object.metadata.labels ?? {};
      if (release !== undefined) return after.has(`HelmRelease ${namespace}/${release}`) ? [key] : [];
      if (object.kind !== "Kustomization") return [];
      const kept = new Set(inventoryOf(after.get(key)));
      return inventoryOf(object).filter((one) => !kept.has(one));
    }),
  );
}

/**
 * Reasons of conditions whose message names a rejected object. Others name an awaited object or a
 * file.
 */
const rejections = new Set(["ReconciliationFailed", "InstallFailed", "UpgradeFailed"]);

/**
 * Objects in a message: `Deployment/default/nginx dry-run failed`,
 * `object default/nginx apps/v1, Kind=Deployment`.
 */
export function rejectedIn(message: string, name: string): string[] {
  const applied = [...message.matchAll(/\b([A-Z][A-Za-z]+)\/(?:([a-z0-9.-]+)\/)?([A-Za-z0-9.:-]+)/g)]
    .map(([, kind, namespace, object]) => ({ kind, namespace, name: object ?? "" }))
    .filter(({ kind }) => kind !== "Kustomization" && kind !== "GitRepository");
  const released = [...message.matchAll(/\bobject ([a-z0-9.-]+)\/([a-z0-9.:-]+) \S+, Kind=([A-Za-z]+)/g)].map(
    ([, namespace, object, kind]) => ({ kind, namespace, name: object ?? "" }),
  );
  return [...applied, ...released]
    .filter((ref) => belongsTo(name, ref))
    .map(({ kind, namespace, name: object }) => `${kind} ${namespace ? `${namespace}/` : ""}${object}`);
}
