import type { KubeObject, ManagedFields } from "./kube-objects.js";

/** Field managers whose fields come from no manifest. */
const machinery = /^(kube-controller-manager|kube-apiserver|kwok|source-controller|gotk-|timonier)/;

/** Fields by name, as `managedFields` has them. @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export type Fields = { readonly [field: string]: Fields };

/** Managers that wrote fields of an object's manifest. undefined: the object does not say who wrote it. */
export function writersOf({ metadata: { managedFields } }: KubeObject): readonly ManagedFields[] | undefined {
  if (managedFields === undefined || managedFields.length === 0) return undefined;
  return managedFields.filter(
    ({ manager, subresource }) => subresource === undefined && !machinery.test(manager ?? ""),
  );
}

/** Every field that a manifest wrote. undefined: the object does not say who wrote it. */
export function writtenFields(object: KubeObject): Fields | undefined {
  return writersOf(object)
    ?.map(({ fieldsV1 }) => (fieldsV1 ?? {}) as Fields)
    .reduce(merge, {});
}

function merge(one: Fields, other: Fields): Fields {
  const merged: Record<string, Fields> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const known = merged[key];
    merged[key] = known ? merge(known, value) : value;
  }
  return merged;
}

/** Whether a field is among those written. @param path names of fields; one that begins with `k:` is an item of a list */
export function isAmong(fields: Fields, path: readonly string[]): boolean {
  let found: Fields | undefined = fields;
  for (const name of path) found = found?.[name.startsWith("k:") ? name : `f:${name}`];
  return found !== undefined;
}
