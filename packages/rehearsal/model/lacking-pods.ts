import type { NotEvaluated } from "@timonier/report/model";
import { at, groupOf, type KubeObject, keyOf, labelOf, type Snapshot } from "./kube-objects.js";
import { byKey, ownerOf } from "./owners.js";
import { makesPods, type PodReference, podReferencesOf } from "./pod-references.js";
import { podSpecOf } from "./version-changes.js";

/** What new pods of the head lack. The simulated node starts them nevertheless. */
export interface LackingPods {
  /** Why new pods of a workload do not start, by key: the merge deletes what they need, or a key of it. */
  readonly stuck: ReadonlyMap<string, string>;
  /** References to objects that no manifest creates, but that may exist outside of Git. */
  readonly gaps: readonly NotEvaluated[];
}

/**
 * Compares references of pods with the objects of the cluster. Only effects of the merge count:
 * recreated pods, new references and deleted keys.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#restrictions
 */
export function lackingPods(before: Snapshot, after: Snapshot): LackingPods {
  const objects = { oldObjects: byKey(before), newObjects: byKey(after), after };
  const found = after
    .filter((one) => podSpecOf(one) !== undefined && ownerOf(one) !== undefined)
    .flatMap((workload) => ofWorkload(workload, objects));
  const stuck = found.flatMap(({ workload, why }) => (why === undefined ? [] : [[keyOf(workload), why] as const]));
  return { stuck: new Map(stuck), gaps: found.flatMap(({ gap }) => gap ?? []) };
}

interface Objects {
  readonly oldObjects: ReadonlyMap<string, KubeObject>;
  readonly newObjects: ReadonlyMap<string, KubeObject>;
  readonly after: Snapshot;
}

interface Lack {
  readonly workload: KubeObject;
  /** Why its pods do not start. */
  readonly why?: string;
  readonly gap?: NotEvaluated;
}

function ofWorkload(workload: KubeObject, { oldObjects, newObjects, after }: Objects): Lack[] {
  const oldObject = oldObjects.get(keyOf(workload));
  const known = new Set(oldObject === undefined ? [] : podReferencesOf(oldObject).map(nameOf));
  const isOther =
    oldObject === undefined || JSON.stringify(podSpecOf(oldObject)) !== JSON.stringify(podSpecOf(workload));
  const subject = labelOf(workload);
  const lacks = (why: string, isNow: boolean): Lack =>
    isNow && makesPods(workload)
      ? { workload, why }
      : { workload, gap: { subject, reason: `new pods do not start: ${why}`, affected: true } };
  return podReferencesOf(workload).flatMap((reference): Lack[] => {
    const key = `/${reference.kind}/${workload.metadata.namespace}/${reference.name}`;
    const label = `${reference.kind} ${workload.metadata.namespace}/${reference.name}`;
    const [was, now] = [oldObjects.get(key), newObjects.get(key)];
    if (now) {
      const goes = isOther || (was !== undefined && !lacksKey(was, reference));
      return goes && lacksKey(now, reference) ? [lacks(`${label} has no key ${reference.key}`, isOther)] : [];
    }
    if (isMadeElsewhere(reference, workload, after)) return [];
    if (was) return [lacks(`${label} no longer exists`, isOther)];
    if (known.has(nameOf(reference))) return [];
    const reason = `its pods need ${label}, which is not in Git: it is assumed to exist`;
    return [{ workload, gap: { subject, reason, affected: true, option: `--assume FILE with ${label}` } }];
  });
}

function nameOf({ kind, name }: PodReference): string {
  return `${kind} ${name}`;
}

/** Whether an object of a manifest lacks a key. The content of other objects is not known. */
function lacksKey(target: KubeObject, { key }: PodReference): boolean {
  if (key === undefined || ownerOf(target) === undefined) return false;
  return ["data", "binaryData", "stringData"].every((field) => at(target, field, key) === undefined);
}

/**
 * Whether an operator may create an object: a custom resource names it, as an ExternalSecret or a
 * Certificate does, or it may be copied from an object of the same name elsewhere.
 */
function isMadeElsewhere({ kind, name }: PodReference, { metadata }: KubeObject, after: Snapshot): boolean {
  return after.some((one) => {
    const { namespace, annotations } = one.metadata;
    if (one.kind === kind && one.metadata.name === name)
      return /reflect|replicat|copy|sync/.test(JSON.stringify(annotations ?? {}));
    const isNear = namespace === undefined || namespace === metadata.namespace;
    const group = groupOf(one.apiVersion);
    return isNear && group.includes(".") && !group.endsWith(".k8s.io") && JSON.stringify(one).includes(`"${name}"`);
  });
}
