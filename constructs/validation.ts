import { dnsLabel, dnsSubdomain } from "@timonier/kit/dns-name";
import { Duration } from "cdk8s";
import { nonPlain } from "./plain-values.js";

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
