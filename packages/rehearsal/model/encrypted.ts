import { createHash } from "node:crypto";
import { posix } from "node:path";
import { stringify } from "yaml";
import { listAt, textAt } from "./kube-objects.js";
import { objectsOf, type ScannedDocument } from "./scan.js";
import { yamlDocuments } from "./yaml-text.js";

/** A value that SOPS encrypted. @see https://getsops.io/docs/ */
const CIPHER = /^ENC\[[A-Z0-9_]+,data:/;

/** Text in every file of SOPS. */
export const CIPHER_TEXT = "ENC[AES256_GCM,data:";

/** A file of SOPS, and what decides the stand-ins for its values. */
export interface EncryptedFile {
  readonly path: string;
  readonly text: string;
  /** Keys of Secrets whose value has to be a map, in addition to names of YAML and JSON files. */
  readonly maps: ReadonlySet<string>;
}

/** Whether a file was encrypted by SOPS. */
export function isEncrypted(text: string): boolean {
  return /^\s*["']?sops["']?:|"sops":|^sops_version=|^\[sops\]/m.test(text) && /ENC\[[A-Z0-9_]+,data:/.test(text);
}

/** Keys of Secrets from which releases read values: their text is a map. */
export function keysOfValues(documents: readonly ScannedDocument[]): Set<string> {
  const values = objectsOf(documents, "helm.toolkit.fluxcd.io", "HelmRelease")
    .flatMap((release) => listAt(release, "spec", "valuesFrom"))
    .filter((one) => textAt(one, "targetPath") === undefined);
  return new Set(values.flatMap((one) => textAt(one, "valuesKey") ?? []));
}

/**
 * A file of SOPS with a stand-in for each encrypted value, so that it can be applied without keys.
 * A stand-in has the type that SOPS records, and contains a digest of the cipher text, so that
 * another cipher text gives another value.
 *
 * @returns undefined when the file is not encrypted, or cannot be read
 */
export function replaceEncrypted(file: EncryptedFile): string | undefined {
  if (!isEncrypted(file.text)) return undefined;
  switch (posix.extname(file.path)) {
    case ".env":
      return replaceLines(file.text, /^sops_/);
    case ".ini":
      return replaceLines(withoutSection(file.text, "sops"), undefined);
    default:
      return replaceDocuments(file);
  }
}

/** Text of an INI file without one of its sections. */
function withoutSection(text: string, name: string): string {
  const sections = text.split(/^(?=\[)/m);
  return sections.filter((section) => !section.startsWith(`[${name}]`)).join("");
}

/** Lines of `KEY=VALUE`. @param own lines that are SOPS's */
function replaceLines(text: string, own: RegExp | undefined): string {
  const kept = text.split("\n").filter((line) => !own?.test(line) && !/^[#;]\s*ENC\[/.test(line));
  return kept.map((line) => line.replace(/ENC\[[A-Z0-9_]+,data:[^\]]*\]/g, (cipher) => nameOf(cipher))).join("\n");
}

function replaceDocuments({ path, text, maps }: EncryptedFile): string | undefined {
  try {
    const documents = yamlDocuments(text);
    // The controllers report a file that cannot be parsed.
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    const values = documents.map((document): unknown => document.toJS());
    if (isWhole(values)) return mapOf(textAt(values[0], "data") ?? "");
    const replaced = values.map((value) => withStandIns(value, { maps, isSecret: false }));
    if (/\.json$/i.test(path)) return `${JSON.stringify(replaced[0], null, 2)}\n`;
    return replaced.map((value) => stringify(value, { lineWidth: 0 })).join("---\n");
  } catch {
    return undefined;
  }
}

/** Whether it is a file that was encrypted as a single value. */
function isWhole(values: readonly unknown[]): boolean {
  const [value] = values;
  if (values.length !== 1 || typeof value !== "object" || value === null) return false;
  return Object.keys(value).sort().join() === "data,sops" && CIPHER.test(textAt(value, "data") ?? "");
}

interface Place {
  readonly maps: ReadonlySet<string>;
  /** Whether it is in an object of kind Secret. */
  readonly isSecret: boolean;
  /** Field of the Secret that it is in. */
  readonly field?: string;
  readonly key?: string;
}

function withStandIns(value: unknown, place: Place): unknown {
  if (typeof value === "string" && CIPHER.test(value)) return standIn(value, place);
  if (Array.isArray(value)) return value.map((one) => withStandIns(one, place));
  if (typeof value !== "object" || value === null) return value;
  const isObject = textAt(value, "kind") !== undefined && textAt(value, "apiVersion") !== undefined;
  const inner: Place = isObject ? { maps: place.maps, isSecret: textAt(value, "kind") === "Secret" } : place;
  const entries = Object.entries(value).filter(([key, one]) => !(key === "sops" && typeof one === "object"));
  return Object.fromEntries(
    entries.map(([key, one]) => [key, withStandIns(one, { ...inner, field: inner.field ?? key, key })]),
  );
}

function standIn(cipher: string, { isSecret, field, key = "", maps }: Place): unknown {
  const isValue = isSecret && (field === "data" || field === "stringData");
  if (!isValue) return typed(cipher);
  const text = textFor(cipher, key, maps);
  if (field === "data") return Buffer.from(String(text)).toString("base64");
  return text;
}

/** Keys whose values Kubernetes or Flux parses. */
function textFor(cipher: string, key: string, maps: ReadonlySet<string>): unknown {
  const login = { auth: Buffer.from(`encrypted:${digestOf(cipher)}`).toString("base64") };
  if (key === ".dockerconfigjson") return JSON.stringify({ auths: { "rehearsal.invalid": login } });
  if (key === ".dockercfg") return JSON.stringify({ "rehearsal.invalid": login });
  return /\.(ya?ml|json)$/.test(key) || maps.has(key) ? mapOf(cipher) : typed(cipher);
}

/** JSON, and so YAML. */
function mapOf(cipher: string): string {
  return JSON.stringify({ encrypted: digestOf(cipher) });
}

function typed(cipher: string): unknown {
  const number = Number.parseInt(digestOf(cipher).slice(0, 4), 16) % 30_000;
  switch (/,type:([a-z]+)\]$/.exec(cipher)?.[1]) {
    case "int":
      return number + 1;
    case "float":
      return number + 0.5;
    case "bool":
      return number % 2 === 0;
    default:
      return nameOf(cipher);
  }
}

function nameOf(cipher: string): string {
  return `encrypted-${digestOf(cipher)}`;
}

function digestOf(cipher: string): string {
  return createHash("sha256").update(cipher).digest("hex").slice(0, 16);
}
