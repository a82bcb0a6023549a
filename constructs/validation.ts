import { dnsLabel, dnsSubdomain } from "@timonier/kit/dns-name";
import { imageReference } from "@timonier/kit/image-reference";
import { Duration } from "cdk8s";
import { nonPlain } from "./plain-values.js";

const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
const taggedImage = new RegExp(`^(?=.*(:[^/@]+|@[^/]+)$)${imageReference.slice(1)}`);

// Each check takes any value and returns its validation errors: none, or one of the form `field:
// expected …, got …`.

/** Validation error for a value. */
export function invalid(field: string, expected: string, got: unknown): string[] {
  return [`${field}: expected ${expected}, got ${show(got)}`];
}

/** Checks that a text matches; `expected` describes the format. */
export function matching(field: string, value: unknown, pattern: RegExp, expected: string): string[] {
  return typeof value === "string" && pattern.test(value) ? [] : invalid(field, expected, value);
}

/** Checks that a text is not empty or blank. */
export function filled(field: string, value: unknown, expected: string): string[] {
  return matching(field, value, /\S/, expected);
}

/** Checks a whole number; both limits are allowed. */
export function wholeNumber(field: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): string[] {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return [];
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return invalid(field, `a whole number ${range}`, value);
}

/**
 * Checks a cdk8s Duration: whole milliseconds, longer than zero, because Flux would reconcile
 * without pause.
 */
export function interval(field: string, value: unknown): string[] {
  if (!(value instanceof Duration)) return invalid(field, "a cdk8s Duration such as Duration.minutes(1)", value);
  const total = value.toMilliseconds({ integral: false });
  return Number.isSafeInteger(total) && total > 0
    ? []
    : invalid(field, "whole milliseconds, longer than zero", `${total}ms`);
}

/** Applies a check unless the field is omitted. */
export function optional<T>(
  check: (field: string, value: T) => string[],
  field: string,
  value: T | undefined,
): string[] {
  return value === undefined ? [] : check(field, value);
}

/**
 * Checks the name of an object: a DNS subdomain.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function objectName(field: string, value: unknown): string[] {
  return typeof value === "string" && value.length <= 253
    ? matching(field, value, dnsSubdomain, 'lower-case letters, digits, "-" and "."')
    : invalid(field, "a name of at most 253 characters", value);
}

/**
 * Checks the name of an object that Flux writes into a label of the objects that it applies.
 *
 * @see objectName
 */
export function labelledName(field: string, value: unknown): string[] {
  if (typeof value !== "string" || value.length <= 63) return [];
  return invalid(field, "a name of at most 63 characters, because Flux uses it as a label", value);
}

/** Checks the name of a namespace: a DNS label. */
export function namespaceName(field: string, value: unknown): string[] {
  return matching(field, value, dnsLabel, 'at most 63 lower-case letters, digits and "-"');
}

/** Checks for a tag or a digest, because the image would otherwise change without a merge. */
export function imageWithTag(field: string, value: unknown): string[] {
  return matching(field, value, taggedImage, "an image with its tag, NAME:TAG");
}

/** Checks a cdk8s Duration: whole seconds, which is the unit of many fields of Kubernetes. */
export function wholeSeconds(field: string, value: unknown, least = 0): string[] {
  if (!(value instanceof Duration)) return invalid(field, "a cdk8s Duration such as Duration.seconds(5)", value);
  const seconds = value.toSeconds({ integral: false });
  if (!Number.isSafeInteger(seconds)) return invalid(field, "whole seconds", `${seconds}s`);
  return seconds >= least ? [] : invalid(field, `at least ${least} s`, `${seconds}s`);
}

/** A check for one of a few words. */
export function oneOf(words: readonly string[]): (field: string, value: unknown) => string[] {
  return (field, value) =>
    words.some((word) => word === value) ? [] : invalid(field, `one of ${words.join(", ")}`, value);
}

/** Checks for `true` or `false`. */
export function flag(field: string, value: unknown): string[] {
  return typeof value === "boolean" ? [] : invalid(field, "true or false", value);
}

/** Checks each entry of a list under its own path: `args[0]`. */
export function list(
  field: string,
  value: unknown,
  check: (field: string, value: unknown) => string[],
  expected: string,
): string[] {
  if (!Array.isArray(value)) return invalid(field, expected, value);
  return value.flatMap((entry, index) => check(`${field}[${index}]`, entry));
}

/** Checks a list of texts. */
export function texts(field: string, value: unknown): string[] {
  return list(field, value, (path, entry) => matching(path, entry, /^/, "text"), "a list of texts");
}

/** Whether a value is an object with fields, and neither a list nor an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Checks the fields of a nested object; `check` reports them with their whole path. */
export function nested<T extends object>(field: string, value: T, check: (value: T) => string[]): string[] {
  return isPlainObject(value) ? check(value) : invalid(field, "an object with fields", value);
}

/** Checks the labels of an object. */
export function labels(field: string, value: unknown): string[] {
  if (!isPlainObject(value)) return invalid(field, "an object of labels", value);
  return Object.entries(value).flatMap(([key, text]) => [
    ...matching(`${field}.${key}`, key, labelKey, "a key of at most 63 letters, digits, -, _ and ."),
    ...matching(`${field}.${key}`, text, labelValue, "at most 63 letters, digits, -, _ and ."),
  ]);
}

/** Checks the annotations of an object. */
export function annotations(field: string, value: unknown): string[] {
  if (!isPlainObject(value)) return invalid(field, "an object of annotations", value);
  return Object.entries(value).flatMap(([key, text]) => matching(`${field}.${key}`, text, /^/, "text"));
}

/** Checks an absolute path in a container or in an address, without spaces and colons. */
export function absolutePath(field: string, value: unknown): string[] {
  return matching(field, value, /^\/[^\s:]*$/, "a path that starts with /");
}

/** Checks a URL, which must not contain a credential, because manifests are committed. */
export function address(field: string, value: unknown, pattern: RegExp, expected: string): string[] {
  if (typeof value === "string" && hasCredential(value)) {
    return [
      `${field}: expected an address without a password or token; put it into a Secret and use the name of the Secret`,
    ];
  }
  return matching(field, value, pattern, expected);
}

/**
 * Whether a URL contains a password, or a user name that may be a token. Over SSH a user name, such
 * as `git`, is allowed.
 */
function hasCredential(text: string): boolean {
  const [, scheme, authority = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)/i.exec(text) ?? [];
  const end = authority.lastIndexOf("@");
  if (end < 0) return false;
  const withPassword = /:|%3a/i.test(authority.slice(0, end));
  return withPassword || (scheme !== undefined && scheme.toLowerCase() !== "ssh");
}

/** A value as text for an error. */
function show(value: unknown): string {
  const what = nonPlain(value);
  if (what) return what;
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  return JSON.stringify(value) ?? typeof value;
}
