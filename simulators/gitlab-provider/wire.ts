import type { PropertySchema } from "@pulumi/gitlab/schema";

/** An object as GitLab's REST API writes it. */
export type Json = Record<string, unknown>;

/** Nested types of the schema, by name. */
export type NestedTypes = Readonly<Record<string, { readonly properties: Readonly<Record<string, PropertySchema>> }>>;

/** `onlyAllowMergeIfPipelineSucceeds` as REST writes it. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A property's value as REST wants it: names of nested objects in snake case. */
export function toWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.startsWith("__"))
      .map(([name, item]) => [snake(name), toWire(item)]),
  );
}

/** A value from REST as the property's type has it; undefined for what REST left out. */
export function fromWire(type: string, value: unknown, types: NestedTypes): unknown {
  if (value === undefined || value === null) return undefined;
  const [, list] = type.match(/^array<(.*)>$/) ?? [];
  if (list) return Array.isArray(value) ? value.map((item) => fromWire(list, item, types)) : undefined;
  const [, map] = type.match(/^map<(.*)>$/) ?? [];
  if (map) {
    if (typeof value !== "object") return undefined;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromWire(map, item, types)]));
  }
  const nested = types[type.slice(type.indexOf(":") + 1)];
  if (nested) return typeof value === "object" ? objectFromWire(nested.properties, value as Json, types) : undefined;
  if (type === "string") return typeof value === "object" ? JSON.stringify(value) : String(value);
  if (type === "integer") return Number(value);
  return Boolean(value);
}

/** Properties of an object from REST, by the rule that their names are the same in snake case. */
function objectFromWire(properties: Readonly<Record<string, PropertySchema>>, value: Json, types: NestedTypes): Json {
  const found = Object.entries(properties).map(([name, { type }]) => [name, fromWire(type, value[snake(name)], types)]);
  return Object.fromEntries(found.filter(([, item]) => item !== undefined));
}

/** The zero value of an output that the official provider always sets. */
export function zero(type: string): unknown {
  if (type.startsWith("array<")) return [];
  if (type.startsWith("map<")) return {};
  return { string: "", integer: 0, boolean: false }[type];
}

/**
 * Whether GitLab's value means the same as the requested one: lists in any order, times by the
 * instant, numbers as text, no value for "" and []; fields that were not requested are ignored.
 */
export function covers(asked: unknown, actual: unknown): boolean {
  if (asked === undefined || asked === null || asked === "")
    return actual === undefined || actual === null || actual === "";
  if (Array.isArray(asked)) {
    const left = Array.isArray(actual) ? [...actual] : [];
    return asked.length === left.length && asked.every((item) => removeFirst(left, (other) => covers(item, other)));
  }
  if (actual === undefined || actual === null) return false;
  if (typeof asked === "object") {
    return Object.entries(asked).every(([name, item]) => name.startsWith("__") || covers(item, (actual as Json)[name]));
  }
  return String(asked) === String(actual) || sameInstant(asked, actual);
}

function removeFirst(list: unknown[], fits: (item: unknown) => boolean): boolean {
  const index = list.findIndex(fits);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}

const isTime = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d))?$/;

function sameInstant(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string" || !isTime.test(one) || !isTime.test(other)) return false;
  return Date.parse(one) === Date.parse(other);
}
