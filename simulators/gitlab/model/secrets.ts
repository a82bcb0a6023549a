import { createHash, randomBytes } from "node:crypto";

/** Prefixes that tell what a leaked value is. @see https://docs.gitlab.com/security/tokens/#token-prefixes */
export const tokenPrefixes = { access: "glpat-", deploy: "gldt-", runners: "GR1348941" } as const;

/** A new value with 160 random bits. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(20).toString("base64url");
}

/** What is stored of a value. A plain digest is enough, because the values are random and cannot be guessed. */
export function digest(value: string): string {
  return createHash("sha256").update(value).digest("base64");
}

/** A random identifier in hexadecimal. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
