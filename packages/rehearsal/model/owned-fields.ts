import type { KubeObject, Metadata } from "./kube-objects.js";
import { type Fields, writersOf, writtenFields } from "./written.js";

/**
 * The object with only the fields that were applied, without defaults. An object without managed
 * fields is returned unchanged.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function ownedFields(object: KubeObject): KubeObject {
  const fields = writtenFields(object);
  if (fields === undefined || writersOf(object)?.length === 0) return object;
  const { apiVersion, kind, metadata } = object;
  const owned = project(object, fields) as Record<string, unknown>;
  const { name, namespace, uid, annotations, managedFields } = metadata;
  const kept = (owned.metadata ?? {}) as Partial<Metadata>;
  // No manager owns the annotation with the original values, which are needed to restore the object.
  const notes = { ...(annotations && { annotations }), ...(managedFields && { managedFields }) };
  return {
    ...owned,
    apiVersion,
    kind,
    metadata: { ...kept, name, ...(namespace && { namespace }), ...(uid && { uid }), ...notes },
  };
}

function project(value: unknown, fields: Fields): unknown {
  const names = Object.keys(fields).filter((key) => key !== ".");
  if (names.length === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.flatMap((item) => projectItem(item, fields));
  const result: Record<string, unknown> = {};
  for (const name of names) {
    if (!name.startsWith("f:")) continue;
    const field = name.slice(2);
    const inner = (value as Record<string, unknown>)[field];
    if (inner !== undefined) result[field] = project(inner, fields[name] ?? {});
  }
  return result;
}

/** Items of a list are identified by some of their fields (`k:`) or by their value (`v:`). */
function projectItem(item: unknown, fields: Fields): unknown[] {
  for (const [key, inner] of Object.entries(fields)) {
    const [sort, json] = [key.slice(0, 2), key.slice(2)];
    if (sort === "v:" && JSON.stringify(item) === json) return [item];
    if (sort !== "k:") continue;
    const wanted = JSON.parse(json) as Record<string, unknown>;
    const found = (item ?? {}) as Record<string, unknown>;
    // Managed fields also contain keys that the manifest left to their default.
    if (Object.entries(wanted).every(([name, value]) => found[name] === value)) return [project(item, inner)];
  }
  return [];
}
