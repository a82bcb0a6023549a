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
  | "object"
  | "objects"
  /** A number, or the words None and Any. */
  | "id or any"
  | "ids or any"
  | readonly string[];

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
          : K extends "object"
            ? Record<string, unknown>
            : K extends "objects"
              ? Record<string, unknown>[]
              : K extends "id or any"
                ? number | "None" | "Any"
                : K extends "ids or any"
                  ? number[] | "None" | "Any"
                  : K extends readonly (infer T)[]
                    ? T
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
  const values: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries({ ...needs, ...may })) {
    const given = raw[name];
    if (given === undefined || given === null) {
      if (name in needs) errors.push(`${name} is missing`);
      continue;
    }
    const value = coerce(kind, given);
    if (value === invalid) errors.push(`${name} is invalid`);
    else if (value === unlisted) errors.push(`${name} does not have a valid value`);
    else if (name in needs && value === "") errors.push(`${name} is empty`);
    else values[name] = value;
  }
  if (errors.length > 0) throw apiError(400, errors.join(", "));
  return values as Values<N, M>;
}

/** What every call may have beside its own parameters. */
const everywhere = ["page", "per_page", "pagination", "private_token", "access_token", "sudo"];

/**
 * Refuses parameters that are not served: a filter that is ignored answers with everything, a setting that is ignored is lost,
 * and in both cases without a word. What asks for nothing (`false`, an empty list) is let through.
 *
 * @throws Problem 400 with every such parameter
 */
export function refuseUnknown(known: readonly string[], raw: Readonly<Record<string, unknown>>): void {
  const errors = Object.entries(raw)
    .filter(([name, value]) => !known.includes(name) && !everywhere.includes(name) && asksForSomething(value))
    .map(([name]) => `${name} is not served by the embedded GitLab`);
  if (errors.length > 0) throw apiError(400, errors.join(", "));
}

function asksForSomething(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(asksForSomething);
  return ![undefined, null, "", false, "false"].includes(value as string);
}

function coerce(kind: Kind, given: unknown): unknown {
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
    case "object":
      return typeof given === "object" && !Array.isArray(given) ? given : invalid;
    case "objects":
      return objects(given);
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

function objects(given: unknown): unknown {
  const items = Array.isArray(given) ? given : typeof given === "object" && given ? Object.values(given) : invalid;
  return Array.isArray(items) && items.every((item) => typeof item === "object" && item !== null) ? items : invalid;
}

/** A day or a moment, kept as it was written once it is known to be one. */
function day(given: unknown): unknown {
  const text = String(given);
  if (text === "") return undefined;
  return /^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(Date.parse(text)) ? text : invalid;
}
