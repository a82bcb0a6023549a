import { apiError } from "./problem.js";

/** What a parameter may be; a list of strings means one of them. */
export type Kind =
  | "string"
  /** What a file holds: a string in which a null byte is allowed. */
  | "content"
  | "integer"
  | "boolean"
  | "day"
  | "strings"
  | "integers"
  /** A number, or the words None and Any. */
  | "id or any"
  | "ids or any"
  | readonly string[]
  | Fields
  | Items;

/** An object: every field is known, so that none is lost without an answer. */
export interface Fields {
  readonly needs: Spec;
  readonly may: Spec;
}

/** A list of objects. */
export interface Items {
  readonly each: Fields;
}

/** Parameters by name. */
export type Spec = Readonly<Record<string, Kind>>;

type Value<K> = K extends "string" | "content" | "day"
  ? string
  : K extends "integer"
    ? number
    : K extends "boolean"
      ? boolean
      : K extends "strings"
        ? string[]
        : K extends "integers"
          ? number[]
          : K extends "id or any"
            ? number | "None" | "Any"
            : K extends "ids or any"
              ? number[] | "None" | "Any"
              : K extends readonly (infer T)[]
                ? T
                : K extends { readonly needs: infer N extends Spec; readonly may: infer M extends Spec }
                  ? Values<N, M>
                  : K extends { readonly each: infer E }
                    ? Value<E>[]
                    : never;

/** Parameters as read: those that are needed are there. */
export type Values<N extends Spec, M extends Spec> = { [K in keyof N]: Value<N[K]> } & {
  [K in keyof M]?: Value<M[K]>;
};

const invalid = Symbol("invalid");
const unlisted = Symbol("unlisted");

/**
 * Reads a request's parameters.
 *
 * @throws Problem with every error at once, worded as GitLab's parameter layer does: `name is missing, page is invalid`
 */
export function readParams<N extends Spec, M extends Spec>(
  needs: N,
  may: M,
  raw: Readonly<Record<string, unknown>>,
): Values<N, M> {
  const errors: string[] = [];
  const values = readFields({ needs, may }, raw, (name) => name, errors);
  if (errors.length > 0) throw apiError(400, errors.join(", "));
  return values as Values<N, M>;
}

/**
 * Reads the fields of one object.
 *
 * @param label a field's name in an error: `filter[environment_scope]`
 * @param errors what is wrong is added to it
 */
function readFields(
  { needs, may }: Fields,
  raw: Readonly<Record<string, unknown>>,
  label: (name: string) => string,
  errors: string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries({ ...needs, ...may })) {
    const given = raw[name];
    const needed = name in needs;
    if (given === undefined || given === null) {
      if (needed) errors.push(`${label(name)} is missing`);
      continue;
    }
    const value = isNested(kind) ? readNested(kind, given, label(name), errors) : coerce(kind, given);
    if (value === invalid) errors.push(`${label(name)} is invalid`);
    else if (value === unlisted) errors.push(`${label(name)} does not have a valid value`);
    else if (needed && value === "") errors.push(`${label(name)} is empty`);
    else values[name] = value;
  }
  return values;
}

function isNested(kind: Kind): kind is Fields | Items {
  return typeof kind === "object" && ("each" in kind || "needs" in kind);
}

/** Reads an object or a list of objects; a field that is not known is an error. */
function readNested(kind: Fields | Items, given: unknown, label: string, errors: string[]): unknown {
  if (typeof given !== "object" || given === null) return invalid;
  if ("each" in kind) {
    return Object.values(given).map((item, index) => {
      const value = readNested(kind.each, item, `${label}[${index}]`, errors);
      if (value === invalid) errors.push(`${label}[${index}] is invalid`);
      return value;
    });
  }
  if (Array.isArray(given)) return invalid;
  const raw = given as Readonly<Record<string, unknown>>;
  const field = (name: string) => `${label}[${name}]`;
  errors.push(
    ...unknownNames([...Object.keys(kind.needs), ...Object.keys(kind.may)], raw)
      .map(field)
      .map(notServed),
  );
  return readFields(kind, raw, field, errors);
}

/** What every call may have beside its own parameters. */
const everywhere = ["page", "per_page", "pagination", "private_token", "access_token", "sudo"];

/**
 * Refuses parameters that are not served: an ignored filter would return everything, an ignored setting would be lost,
 * both without an error. A parameter that requests nothing (`false`, an empty list) is accepted.
 *
 * @throws Problem 400 with every such parameter
 */
export function refuseUnknown(known: readonly string[], raw: Readonly<Record<string, unknown>>): void {
  const unknown = unknownNames([...known, ...everywhere], raw);
  if (unknown.length > 0) throw apiError(400, unknown.map(notServed).join(", "));
}

function unknownNames(known: readonly string[], raw: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(raw)
    .filter(([name, value]) => !known.includes(name) && asksForSomething(value))
    .map(([name]) => name);
}

const notServed = (name: string) => `${name} is not served by the embedded GitLab`;

function asksForSomething(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(asksForSomething);
  return ![undefined, null, "", false, "false"].includes(value as string);
}

function coerce(kind: Exclude<Kind, Fields | Items>, given: unknown): unknown {
  if (typeof kind !== "string") return kind.includes(String(given)) ? String(given) : unlisted;
  switch (kind) {
    case "string":
      return typeof given === "object" || String(given).includes("\0") ? invalid : String(given);
    case "content":
      return typeof given === "object" ? invalid : String(given);
    case "integer":
      return /^-?\d{1,15}$/.test(String(given)) ? Number(given) : invalid;
    case "boolean":
      if (given === "") return undefined;
      if (["true", "1", "t", "on", "yes"].includes(String(given).toLowerCase())) return true;
      return ["false", "0", "f", "off", "no"].includes(String(given).toLowerCase()) ? false : invalid;
    case "day":
      return day(given);
    case "strings":
      return list(given).map(String);
    case "integers": {
      const numbers = list(given).filter((item) => item !== "");
      return numbers.every((item) => /^\d{1,15}$/.test(String(item))) ? numbers.map(Number) : invalid;
    }
    case "id or any":
      return wildcard(given) ?? coerce("integer", given);
    case "ids or any":
      return wildcard(given) ?? coerce("integers", given);
  }
}

function wildcard(given: unknown): "None" | "Any" | undefined {
  const [only, ...more] = list(given).map((item) => String(item).toLowerCase());
  if (more.length > 0) return undefined;
  return only === "none" ? "None" : only === "any" ? "Any" : undefined;
}

function list(given: unknown): unknown[] {
  if (Array.isArray(given)) return given;
  if (typeof given === "object" && given !== null) return Object.values(given);
  const text = String(given);
  return text === "" ? [] : text.split(",");
}

/** A day or a time, returned as it was written if it is valid. */
function day(given: unknown): unknown {
  const text = String(given);
  if (text === "") return undefined;
  return /^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(Date.parse(text)) ? text : invalid;
}
