import type { NotEvaluated } from "@timonier/report/model";
import { at, groupOf, type KubeObject, keyOf, labelOf, type Snapshot } from "./kube-objects.js";
import { byKey, ownerOf } from "./owners.js";
import { makesPods, type PodReference, podReferencesOf } from "./pod-references.js";
import { podSpecOf } from "./version-changes.js";

/** What new pods of the head lack: the simulated nodes start them all the same. */
export interface LackingPods {
  /** Why new pods of a workload do not start, by key: what they need goes with the merge, or lacks a key. */
  readonly stuck: ReadonlyMap<string, string>;
  /** References to what no manifest writes: something outside of Git may. */
  readonly gaps: readonly NotEvaluated[];
}

/**
 * Compares what pods refer to with what the cluster holds. Only what the merge brings counts: pods that are made again, references that
 * are new, and keys that go.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#restrictions
 */
export function lackingPods(before: Snapshot, after: Snapshot): LackingPods {
  const objects = { olds: byKey(before), youngs: byKey(after), after };
  const found = after
    .filter((one) => podSpecOf(one) !== undefined && ownerOf(one) !== undefined)
    .flatMap((workload) => ofWorkload(workload, objects));
  const stuck = found.flatMap(({ workload, why }) => (why === undefined ? [] : [[keyOf(workload), why] as const]));
  return { stuck: new Map(stuck), gaps: found.flatMap(({ gap }) => gap ?? []) };
}

interface Objects {
  readonly olds: ReadonlyMap<string, KubeObject>;
  readonly youngs: ReadonlyMap<string, KubeObject>;
  readonly after: Snapshot;
}

interface Lack {
  readonly workload: KubeObject;
  /** Why its pods do not start. */
  readonly why?: string;
  readonly gap?: NotEvaluated;
}

function ofWorkload(workload: KubeObject, { olds, youngs, after }: Objects): Lack[] {
  const old = olds.get(keyOf(workload));
  const known = new Set(old === undefined ? [] : podReferencesOf(old).map(nameOf));
  const isOther = old === undefined || JSON.stringify(podSpecOf(old)) !== JSON.stringify(podSpecOf(workload));
  const subject = labelOf(workload);
  const lacks = (why: string, isNow: boolean): Lack =>
    isNow && makesPods(workload)
      ? { workload, why }
      : { workload, gap: { subject, reason: `pods that start later do not come up: ${why}`, affected: true } };
  return podReferencesOf(workload).flatMap((reference): Lack[] => {
    const key = `/${reference.kind}/${workload.metadata.namespace}/${reference.name}`;
    const label = `${reference.kind} ${workload.metadata.namespace}/${reference.name}`;
    const [was, now] = [olds.get(key), youngs.get(key)];
    if (now) {
      const goes = isOther || (was !== undefined && !lacksKey(was, reference));
      return goes && lacksKey(now, reference) ? [lacks(`${label} has no key ${reference.key}`, isOther)] : [];
    }
    if (isMadeElsewhere(reference, workload, after)) return [];
    if (was) return [lacks(`${label} is not there any more`, isOther)];
    if (known.has(nameOf(reference))) return [];
    const reason = `its pods need ${label}, which is not in Git: it is assumed to be there`;
    return [{ workload, gap: { subject, reason, affected: true, option: `--assume FILE with ${label}` } }];
  });
}

function nameOf({ kind, name }: PodReference): string {
  return `${kind} ${name}`;
}

/** Whether a manifest's object lacks a key. What others write is not known. */
function lacksKey(target: KubeObject, { key }: PodReference): boolean {
  if (key === undefined || ownerOf(target) === undefined) return false;
  return ["data", "binaryData", "stringData"].every((field) => at(target, field, key) === undefined);
}

/**
 * Whether something in the cluster may make an object: a custom resource that names it, as an ExternalSecret or a Certificate does, or
 * an object of the same name elsewhere that is copied.
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
