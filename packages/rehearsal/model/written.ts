import type { KubeObject, ManagedFields } from "./kube-objects.js";

/** Field managers whose fields do not come from a manifest. */
const machinery = /^(kube-controller-manager|kube-apiserver|kwok|source-controller|gotk-|timonier)/;

/**
 * Fields by name, as `managedFields` has them.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export type Fields = { readonly [field: string]: Fields };

/** Managers that set fields from a manifest. @returns undefined when the object has no managed fields */
export function writersOf({ metadata: { managedFields } }: KubeObject): readonly ManagedFields[] | undefined {
  if (managedFields === undefined || managedFields.length === 0) return undefined;
  return managedFields.filter(
    ({ manager, subresource }) => subresource === undefined && !machinery.test(manager ?? ""),
  );
}

/** Fields that a manifest set. @returns undefined when the object has no managed fields */
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

/**
 * Whether a field is among the written ones.
 *
 * @param path names of fields; one that begins with `k:` is an item of a list
 */
export function isAmong(fields: Fields, path: readonly string[]): boolean {
  let found: Fields | undefined = fields;
  for (const name of path) found = found?.[name.startsWith("k:") ? name : `f:${name}`];
  return found !== undefined;
}
