import { createHash } from "node:crypto";
import { UserError } from "@timonier/kit/user-error";

/** `sha256:…`, as registries and indexes name content. */
export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/**
 * Compares the digest of what was downloaded with the one that the source promised.
 *
 * @param promised @default the source does not say
 * @throws UserError when they differ
 */
export function checkDigest(content: Buffer, promised: string | undefined, where: string): string {
  const digest = digestOf(content);
  if (promised === undefined || promised.replace(/^sha256:/, "") === digest.slice("sha256:".length)) return digest;
  throw new UserError(
    `the digest of the chart is ${digest}, and the source says ${promised}`,
    where,
    "try again; if it stays, ask the publisher of the chart: its content was replaced or damaged",
    { code: "TIM-822" },
  );
}
