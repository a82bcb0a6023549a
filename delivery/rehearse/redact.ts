import { at, type KubeObject, type Snapshot } from "./objects.js";

/** Shorter values are too common a word to be looked for in texts: `true`, `admin`. */
const SHORTEST = 6;

/** Keys whose values are no secrets, and words that other objects hold as well. */
const harmless = /^(user(name)?|host(name)?|port|database|db(name)?|type|name|namespace|region)$/i;

/**
 * A Secret without its values, for a diff between two sides: a value is shown as `(hidden)`, or as `(hidden, changed)` where
 * the other side has another one.
 */
export function redactSecret(secret: KubeObject, other: KubeObject | undefined, side: "before" | "after"): KubeObject {
  if (secret.kind !== "Secret" || secret.apiVersion !== "v1") return secret;
  const hidden = (field: string) => {
    const values = at(secret, field) as Readonly<Record<string, string>> | undefined;
    if (!values) return {};
    const others = at(other, field) as Readonly<Record<string, string>> | undefined;
    const entries = Object.entries(values).map(([key, value]) => {
      const same = others === undefined || others[key] === undefined || others[key] === value;
      return [key, same ? "(hidden)" : `(hidden, ${side === "before" ? "old" : "new"} value)`];
    });
    return { [field]: Object.fromEntries(entries) };
  };
  return { ...secret, ...hidden("data"), ...hidden("stringData") };
}

/** Whether two Secrets hold the same. */
export function sameSecret(one: KubeObject, other: KubeObject): boolean {
  return JSON.stringify([one.data, one.type]) === JSON.stringify([other.data, other.type]);
}

/** Every value of every Secret, decoded and as it is stored, longest first. */
export function secretValues(...snapshots: readonly Snapshot[]): string[] {
  const values = new Set<string>();
  for (const object of snapshots.flat()) {
    if (object.kind !== "Secret" || object.apiVersion !== "v1") continue;
    for (const [key, encoded] of Object.entries((object.data ?? {}) as Record<string, string>)) {
      if (harmless.test(key)) continue;
      const plain = Buffer.from(encoded, "base64").toString("utf8");
      for (const value of [encoded, plain, ...plain.split("\n")])
        if (value.trim().length >= SHORTEST) values.add(value.trim());
    }
  }
  return [...values].sort((one, other) => other.length - one.length);
}

/** Takes the values out of a text: a substitution may have carried one into another object or into an error. */
export function redactText(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) if (result.includes(secret)) result = result.replaceAll(secret, "(hidden)");
  return result;
}
