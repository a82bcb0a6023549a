/** A value of YAML or JSON. */
type Plain = unknown;

/**
 * Applies a merge patch: maps are merged, everything else is replaced, and null removes a key.
 *
 * @returns a new value; the arguments stay as they are
 * @see https://www.rfc-editor.org/rfc/rfc7396
 */
export function mergePatch(target: Plain, patch: Plain): Plain {
  if (!isMap(patch)) return patch;
  const merged = new Map(Object.entries(isMap(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isMap(value: Plain): value is Record<string, Plain> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
