import { stringify } from "yaml";
import { at, type KubeObject, listAt, type Snapshot, textAt } from "./kube-objects.js";

/** Shorter values are too common to be replaced in every text: hidden-fields.ts finds their places. */
export const SHORTEST = 6;

/** Keys whose values are often harmless words that other objects contain as well. */
const harmless = /^(user(name)?|host(name)?|port|database|db(name)?|type|name|namespace|region)$/i;

/** `postgres`, `europe-west`, `example.com`: a password does not consist of lower-case words only. */
export function isWord(text: string): boolean {
  return /^[a-z]+([-._/][a-z]+)*$/.test(text);
}

/** Annotation with the complete object, including the values of a Secret, from `kubectl apply`. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * A Secret without its values, for a diff of base and head: a value is shown as `(hidden)`, or as
 * `(hidden, old value)` and `(hidden, new value)` when it changes.
 */
export function redactSecret(
  secret: KubeObject,
  other: KubeObject | undefined,
  revision: "before" | "after",
): KubeObject {
  if (!isSecretObject(secret)) return secret;
  const hidden = (field: string) => {
    const values = at(secret, field) as Readonly<Record<string, string>> | undefined;
    if (!values) return {};
    const others = at(other, field) as Readonly<Record<string, string>> | undefined;
    const entries = Object.entries(values).map(([key, value]) => {
      const same = others === undefined || others[key] === undefined || others[key] === value;
      return [key, same ? "(hidden)" : `(hidden, ${revision === "before" ? "old" : "new"} value)`];
    });
    return { [field]: Object.fromEntries(entries) };
  };
  return { ...secret, ...hidden("data"), ...hidden("stringData") };
}

/** Whether two Secrets have the same content. */
export function sameSecret(one: KubeObject, other: KubeObject): boolean {
  return JSON.stringify([one.data, one.type]) === JSON.stringify([other.data, other.type]);
}

export function isSecretObject({ kind, apiVersion }: KubeObject): boolean {
  return kind === "Secret" && apiVersion === "v1";
}

/** Decoded values of a Secret by key: of `data`, `stringData` and the annotation of `kubectl apply`. */
export function valuesOf(secret: KubeObject): ReadonlyArray<readonly [string, string]> {
  const kept = lastApplied(secret);
  return [...valuesIn(secret), ...(kept === undefined ? [] : valuesIn(kept))];
}

function valuesIn(secret: unknown): Array<readonly [string, string]> {
  const data = Object.entries((at(secret, "data") ?? {}) as Record<string, unknown>);
  const plain = Object.entries((at(secret, "stringData") ?? {}) as Record<string, unknown>);
  return [
    ...data.map(([key, value]) => [key, Buffer.from(String(value), "base64").toString("utf8")] as const),
    ...plain.map(([key, value]) => [key, String(value)] as const),
  ];
}

function lastApplied({ metadata }: KubeObject): unknown {
  const text = metadata.annotations?.[LAST_APPLIED];
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * All values of Secrets that are long enough to be replaced everywhere, in every encoding, longest first.
 *
 * @param isPublic whether a word occurs in Git outside of Secrets, so that it is not secret
 */
export function secretValues(objects: Snapshot, isPublic: (text: string) => boolean = () => false): string[] {
  const values = new Set<string>();
  for (const object of objects) {
    // The state of a Helm release is compressed, so no text contains it.
    if (!isSecretObject(object) || textAt(object, "type") === "helm.sh/release.v1") continue;
    for (const [key, plain] of valuesOf(object)) {
      if (isPublic(plain) || (isWord(plain) && harmless.test(key))) continue;
      for (const form of formsOf(plain)) if (form.length >= SHORTEST) values.add(form);
    }
  }
  return [...values].sort((one, other) => other.length - one.length);
}

/**
 * Encodings of a value in texts: unchanged, without line breaks as Flux substitutes it, by line,
 * encoded and escaped.
 */
export function formsOf(value: string): string[] {
  const trimmed = value.trim();
  const lines = value.split("\n").map((line) => line.trim());
  const plain = [trimmed, trimmed.replaceAll("\n", ""), ...lines];
  return [
    ...new Set([
      ...plain,
      ...plain.flatMap((one) => [urlEncoded(one), JSON.stringify(one).slice(1, -1), ...inYaml(one)]),
      ...[value, trimmed].flatMap(inBase64),
    ]),
  ].filter((one) => one !== "");
}

function inYaml(text: string): string[] {
  const quoted = { lineWidth: 0, defaultKeyType: "PLAIN", defaultStringType: "QUOTE_DOUBLE", version: "1.1" } as const;
  return [stringify(text, quoted).trimEnd().slice(1, -1), text.replaceAll("'", "''")];
}

function urlEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair cannot be encoded.
    return text;
  }
}

/**
 * The base64 of a value and, for one that is part of a longer text, the characters that do not
 * depend on its offset.
 */
function inBase64(value: string): string[] {
  const whole = Buffer.from(value, "utf8");
  const bare = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const inner = [0, 1, 2].map((offset) => {
    const text = bare(Buffer.concat([Buffer.alloc(offset), whole]));
    const first = [0, 2, 3][offset] ?? 0;
    const last = (whole.length + offset) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(first, last);
  });
  const all = [whole.toString("base64"), bare(whole), ...inner.filter((text) => text.length >= 2 * SHORTEST)];
  return all.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** Replaces the values in a text: a substitution may have put one into another object or into an error. */
export function redactText(text: string, secrets: readonly string[], shown = "(hidden)"): string {
  let result = text;
  for (const secret of secrets) if (result.includes(secret)) result = result.replaceAll(secret, shown);
  return result;
}

/** Strings and numbers in a YAML or JSON value. */
export function leavesOf(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}

/** References of a Flux object to sources of values: `postBuild.substituteFrom`, `valuesFrom`. */
export function referencesOf(
  object: KubeObject,
  kind: "Secret" | "ConfigMap",
): Array<Readonly<Record<string, string>>> {
  const path = object.kind === "Kustomization" ? ["postBuild", "substituteFrom"] : ["valuesFrom"];
  return listAt(object, "spec", ...path).filter((one) => at(one, "kind") === kind) as Array<Record<string, string>>;
}
