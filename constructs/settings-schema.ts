import { dnsLabel } from "@timonier/kit/dns-name";
import type { Duration } from "cdk8s";
import { z } from "zod";
import type { Image } from "./automated-image.js";
import { parseFluxDuration } from "./flux-duration.js";
import { parseAutomatedImage } from "./image-setting.js";

// Schemas of single settings. Their messages say what is expected: `a whole number from 0 to 10`.

/**
 * A text.
 *
 * @param expected what the error says
 * @param pattern @default any text that is not blank
 */
export const text = (expected: string, pattern = /\S/) =>
  z.string({ error: expected }).regex(pattern, { error: expected, abort: true });

/** A whole number in a range, both ends included. */
export function wholeNumber(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** An image with a tag or a digest, because the image would otherwise change without a merge. */
export const fixedImage = () => text("an image with its tag, NAME:TAG", /^\S+[:@]\S+$/);

/**
 * An image with a tag or a digest, or `{ repository, policy, initial }`: a range of versions, of which
 * image automation proposes the newest. For the image of a construct of this folder.
 */
export const image = () =>
  z.unknown().transform((written, context): Image => {
    if (typeof written === "object" && written !== null) return parseAutomatedImage(written, context);
    const fixed = fixedImage().safeParse(written);
    if (fixed.success) return fixed.data;
    for (const { message } of fixed.error.issues) context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

/** Name of a namespace. */
export const namespace = () => text('at most 63 lower-case letters, digits and "-"', dnsLabel);

/**
 * A duration as Flux writes it: `1m`, `1h30m`.
 *
 * @param least milliseconds
 */
export const duration = (least: number) =>
  z.string({ error: 'a duration like "1m" or "1h30m"' }).transform((written, context): Duration => {
    try {
      const parsed = parseFluxDuration(written);
      if (parsed.toMilliseconds() >= least) return parsed;
      context.addIssue({ code: "custom", message: "a duration longer than zero" });
    } catch (error) {
      // The message of the parser already contains the value.
      context.addIssue({ code: "custom", message: (error as Error).message, params: { whole: true } });
    }
    return z.NEVER;
  });
