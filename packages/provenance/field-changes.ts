import { isDeepStrictEqual } from "node:util";
import type { Value } from "./instrument.js";
import type { Manifest } from "./program-run.js";

/** A field with different values in two manifests. */
export interface FieldChange {
  /** Names and indexes from the root of the manifest. */
  readonly path: readonly string[];
  /** @default the field did not exist */
  readonly before: Value | undefined;
  /** @default the field no longer exists */
  readonly after: Value | undefined;
}

/** Fields that differ, in the order of the later manifest; removed fields come last. */
export function fieldChanges(before: Manifest, after: Manifest): FieldChange[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const changes: FieldChange[] = [];
  for (const [key, { path, value }] of now) {
    const earlier = old.get(key);
    if (earlier?.value !== value) changes.push({ path, before: earlier?.value, after: value });
  }
  for (const [key, { path, value }] of old) {
    if (!now.has(key)) changes.push({ path, before: value, after: undefined });
  }
  return changes;
}

/** Value of a field, undefined where it does not exist. */
export function fieldAt(manifest: Manifest, path: readonly string[]): unknown {
  let value: unknown = manifest;
  for (const step of path) value = (value as Record<string, unknown> | undefined)?.[step];
  return value;
}

export function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other);
}

interface Field {
  readonly path: readonly string[];
  readonly value: Value;
}

function fieldsOf(manifest: Manifest): Map<string, Field> {
  const fields = new Map<string, Field>();
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    } else if (value !== undefined && value !== null) {
      fields.set(JSON.stringify(path), { path, value: value as Value });
    }
  };
  walk(manifest, []);
  return fields;
}
