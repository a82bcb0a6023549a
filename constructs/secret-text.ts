const secretName = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|(PRIVATE|ACCESS|API)_?KEY)$/i;
const addressWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]*:[^/?#\s]+@/i;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Why a text must not be committed. */
export type SecretText = "name" | "address" | "key";

/**
 * Whether a text is a secret by the name of its field, by being an address with a password, or by
 * being a private key. An empty text is not a secret.
 *
 * @returns undefined for a text that may be committed
 */
export function secretText(name: string, value: string): SecretText | undefined {
  if (value === "") return undefined;
  if (privateKey.test(value)) return "key";
  if (addressWithPassword.test(value)) return "address";
  return secretName.test(name) ? "name" : undefined;
}
