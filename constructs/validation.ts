import { Duration } from "cdk8s";
import { unsettled } from "./plain-values.js";

// Each check takes whatever came in, typed or not, and returns the faults it finds: none or one, as `field: expected …, got …`.

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** One fault. */
export function fault(field: string, expected: string, got: unknown): string[] {
  return [`${field}: expected ${expected}, got ${show(got)}`];
}

/** Text that matches; `expected` says the form in words. */
export function matching(field: string, value: unknown, pattern: RegExp, expected: string): string[] {
  return typeof value === "string" && pattern.test(value) ? [] : fault(field, expected, value);
}

/** Text of at least one character that is not a space. */
export function filled(field: string, value: unknown, expected: string): string[] {
  return matching(field, value, /\S/, expected);
}

/** A whole number within limits, both included. */
export function wholeNumber(field: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): string[] {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return [];
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return fault(field, `a whole number ${range}`, value);
}

/** A cdk8s Duration of whole milliseconds, longer than zero: Flux would never rest otherwise. */
export function interval(field: string, value: unknown): string[] {
  if (!(value instanceof Duration)) return fault(field, "a cdk8s Duration such as Duration.minutes(1)", value);
  const total = value.toMilliseconds({ integral: false });
  return Number.isSafeInteger(total) && total > 0
    ? []
    : fault(field, "whole milliseconds, longer than zero", `${total}ms`);
}

/** As `check` says, unless the field was left out. */
export function optional<T>(
  check: (field: string, value: T) => string[],
  field: string,
  value: T | undefined,
): string[] {
  return value === undefined ? [] : check(field, value);
}

/** Name of most objects: a DNS subdomain. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export function objectName(field: string, value: unknown): string[] {
  return typeof value === "string" && value.length <= 253
    ? matching(field, value, subdomain, 'lower-case letters, digits, "-" and "."')
    : fault(field, "a name of at most 253 characters", value);
}

/** Name of an object that Flux writes into a label of whatever the object applies. @see objectName */
export function labelledName(field: string, value: unknown): string[] {
  if (typeof value !== "string" || value.length <= 63) return [];
  return fault(field, "a name of at most 63 characters, for Flux makes it a label of what it applies", value);
}

/** Name of a namespace: a DNS label. */
export function namespaceName(field: string, value: unknown): string[] {
  return matching(field, value, label, 'at most 63 lower-case letters, digits and "-"');
}

/** An address without a credential in it: a manifest is committed, and everyone who reads the repository would have it. */
export function address(field: string, value: unknown, pattern: RegExp, expected: string): string[] {
  if (typeof value === "string" && hasCredential(value)) {
    return [`${field}: expected an address without a password or token; put it into a Secret and name that`];
  }
  return matching(field, value, pattern, expected);
}

/** Whether an address names a user who may be a token. Over SSH the user is a name, as `git` is, unless a password follows. */
function hasCredential(text: string): boolean {
  const [, scheme, authority = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)/i.exec(text) ?? [];
  const end = authority.lastIndexOf("@");
  if (end < 0) return false;
  const withPassword = /:|%3a/i.test(authority.slice(0, end));
  return withPassword || (scheme !== undefined && scheme.toLowerCase() !== "ssh");
}

/** A value as an error shows it. */
function show(value: unknown): string {
  const what = unsettled(value);
  if (what) return what;
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  return JSON.stringify(value) ?? typeof value;
}
