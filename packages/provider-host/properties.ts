import type { Properties } from "./plugin.js";

/** Stands for a value that is not known before the update, as the engine writes it. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Key of an object that encodes a special value; the value under this key says which one. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** The value as a secret: encrypted in the state, hidden in output. */
export function secret(value: unknown): Properties {
  return { [SIGNATURE]: SECRET, value };
}

/** Whether the value is unknown, or any part of it. */
export function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(isUnknown);
}

/** Values without their marks, and the names of those that held a secret. */
export interface Revealed {
  readonly values: Properties;
  readonly secrets: ReadonlySet<string>;
}

/** Takes the secrets out of their marks. */
export function reveal(marked: Properties): Revealed {
  const secrets = new Set<string>();
  const values: Properties = {};
  for (const [name, value] of Object.entries(marked)) {
    values[name] = unmark(value, () => secrets.add(name));
  }
  return { values, secrets };
}

function unmark(value: unknown, foundSecret: () => void): unknown {
  if (Array.isArray(value)) return value.map((item) => unmark(item, foundSecret));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Properties;
  switch (object[SIGNATURE]) {
    case SECRET:
      foundSecret();
      return unmark(object.value, foundSecret);
    case OUTPUT:
      if (object.secret === true) foundSecret();
      return "value" in object ? unmark(object.value, foundSecret) : UNKNOWN;
    default:
      return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, unmark(item, foundSecret)]));
  }
}

/** Marks the named values as secrets and leaves out what is undefined, which the wire cannot carry. */
export function conceal(values: Properties, ...secretNames: ReadonlyArray<Iterable<string>>): Properties {
  const names = new Set(secretNames.flatMap((some) => [...some]));
  const concealed: Properties = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const kept = withoutUndefined(value);
    concealed[name] = names.has(name) && !isMarkedSecret(kept) ? secret(kept) : kept;
  }
  return concealed;
}

function isMarkedSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Properties)[SIGNATURE] === SECRET;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item ?? null));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutUndefined(item)]));
}

/**
 * Names of the top-level properties that differ. Names with two leading underscores are other
 * plugins' notes and do not count.
 */
export function changedProperties(olds: Properties, news: Properties): string[] {
  const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...names].filter((name) => !name.startsWith("__") && !sameValue(olds[name], news[name])).sort();
}

/** Deep equality of JSON values; absent, undefined and null are the same, an unknown equals nothing. */
function sameValue(one: unknown, other: unknown): boolean {
  if (one === UNKNOWN || other === UNKNOWN) return false;
  if (one === other || (one ?? null) === (other ?? null)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (Array.isArray(one) && one.length !== (other as unknown[]).length) return false;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => !name.startsWith("__"));
  return names.every((name) => sameValue((one as Properties)[name], (other as Properties)[name]));
}
