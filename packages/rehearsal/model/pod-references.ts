import { at, groupKindOf, type KubeObject, listAt, textAt } from "./kube-objects.js";
import { containers, podSpecOf } from "./version-changes.js";

/** An object that a pod needs to start. */
export interface PodReference {
  readonly kind: "ConfigMap" | "Secret" | "PersistentVolumeClaim";
  readonly name: string;
  /** Key that the object has to contain. @default none */
  readonly key?: string;
}

/** Objects that the pods of a workload need to start, without optional ones. */
export function podReferencesOf(workload: KubeObject): PodReference[] {
  const env = containers(workload).flatMap(({ container }) => [
    ...listAt(container, "env").flatMap((one) => [
      ...entry("ConfigMap", at(one, "valueFrom", "configMapKeyRef")),
      ...entry("Secret", at(one, "valueFrom", "secretKeyRef")),
    ]),
    ...listAt(container, "envFrom").flatMap((one) => [
      ...entry("ConfigMap", at(one, "configMapRef")),
      ...entry("Secret", at(one, "secretRef")),
    ]),
  ]);
  return [...env, ...listAt(podSpecOf(workload), "volumes").flatMap(ofVolume)];
}

function ofVolume(volume: unknown): PodReference[] {
  const projected = listAt(volume, "projected", "sources").flatMap((one) => [
    ...files("ConfigMap", at(one, "configMap"), "name"),
    ...files("Secret", at(one, "secret"), "name"),
  ]);
  const claim = textAt(volume, "persistentVolumeClaim", "claimName");
  return [
    ...files("ConfigMap", at(volume, "configMap"), "name"),
    ...files("Secret", at(volume, "secret"), "secretName"),
    ...projected,
    ...(claim === undefined ? [] : [{ kind: "PersistentVolumeClaim" as const, name: claim }]),
  ];
}

function entry(kind: PodReference["kind"], ref: unknown): PodReference[] {
  const [name, key] = [textAt(ref, "name"), textAt(ref, "key")];
  if (name === undefined || at(ref, "optional") === true) return [];
  return [{ kind, name, ...(key !== undefined && { key }) }];
}

function files(kind: PodReference["kind"], source: unknown, field: string): PodReference[] {
  const name = textAt(source, field);
  if (name === undefined || at(source, "optional") === true) return [];
  const items = listAt(source, "items").flatMap((one) => textAt(one, "key") ?? []);
  return items.length === 0 ? [{ kind, name }] : items.map((key) => ({ kind, name, key }));
}

/** Whether an object creates pods as soon as it is applied. */
export function makesPods(object: KubeObject): boolean {
  switch (groupKindOf(object)) {
    case "apps/Deployment":
    case "apps/StatefulSet":
      return at(object, "spec", "replicas") !== 0 && at(object, "spec", "paused") !== true;
    case "apps/DaemonSet":
      return true;
    case "batch/Job":
      return at(object, "spec", "suspend") !== true;
    default:
      return false;
  }
}
