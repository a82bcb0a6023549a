import { createHash } from "node:crypto";
import { parseAllDocuments, stringify } from "yaml";

/** A value that SOPS encrypted. @see https://getsops.io/docs/ */
const CIPHER = /^ENC\[[A-Z0-9_]+,data:/;

/** Whether a file was encrypted by SOPS. */
export function isEncrypted(text: string): boolean {
  return /^\s*["']?sops["']?:/m.test(text) && /ENC\[[A-Z0-9_]+,data:/.test(text);
}

/**
 * A file of SOPS with a stand-in for each encrypted value, so that it can be applied without keys: the digest of what is written, so
 * that another cipher text is another value. undefined: the file is not encrypted.
 */
export function replaceEncrypted(text: string): string | undefined {
  if (!isEncrypted(text)) return undefined;
  return parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .map((object) => {
      if (typeof object !== "object" || object === null) return object;
      const { sops: _sops, ...rest } = object as Record<string, unknown>;
      return Object.fromEntries(
        Object.entries(rest).map(([field, value]) => [field, standIn(value, field === "data")]),
      );
    })
    .map((object) => stringify(object, { lineWidth: 0 }))
    .join("---\n");
}

function standIn(value: unknown, base64: boolean): unknown {
  if (typeof value === "string" && CIPHER.test(value)) {
    const digest = `encrypted-${createHash("sha256").update(value).digest("hex").slice(0, 16)}`;
    return base64 ? Buffer.from(digest).toString("base64") : digest;
  }
  if (Array.isArray(value)) return value.map((one) => standIn(one, base64));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, standIn(one, base64)]));
}
