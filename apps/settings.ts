import { checkSettings, type SettingsSource, settingsError } from "@timonier/kit/check-settings";
import { dnsLabel } from "@timonier/kit/dns-name";
import type { Duration } from "cdk8s";
import { type Document, parseDocument } from "yaml";
import { z } from "zod";
import { parseFluxDuration } from "../constructs/flux-duration.js";

const text = (expected: string, pattern = /\S/) =>
  z.string({ error: expected }).regex(pattern, { error: expected, abort: true });
const wholeNumber = (least: number, most: number, expected: string) =>
  z.int({ error: expected }).min(least, { error: expected }).max(most, { error: expected });
const namespace = text('at most 63 lower-case letters, digits and "-"', dnsLabel);

/** A duration of at least `least` milliseconds. */
const duration = (least: number) =>
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

const schema = z.strictObject({
  application: z.strictObject({
    url: text("https://HOST/PATH.git", /^(https?|ssh):\/\/[^/\s]+\/\S+\.git$/),
    branch: text("the name of a branch"),
  }),
  delivery: z.strictObject({ namespace, interval: duration(1) }),
  nginx: z.strictObject({
    image: text("an image with its tag, NAME:TAG", /^\S+[:@]\S+$/),
    replicas: wholeNumber(0, 10_000, "a whole number from 0 to 10000"),
    minReady: duration(0),
    port: wholeNumber(1, 65_535, "a whole number from 1 to 65535"),
  }),
});

/** Checked contents of apps/settings.yaml. */
export type Settings = z.infer<typeof schema>;

/**
 * Parses settings.
 *
 * @param yaml text of a settings file
 * @param where its name, for errors
 * @throws UserError with all validation errors, each with its path
 */
export function parseSettings(yaml: string, where = "apps/settings.yaml"): Settings {
  const source = {
    where,
    fix: "correct what is listed; the comments in the committed file say what each setting means",
  };
  const document = parseDocument(yaml, { prettyErrors: true });
  // The rest of a message quotes the text.
  const errors = document.errors.map((error) => error.message.split(":\n")[0] ?? error.message);
  if (errors.length > 0) throw settingsError(errors, source);
  return checkSettings(schema, plain(document, source), source);
}

/** Converts the document to plain values, which finds wrong aliases that parsing does not find. */
function plain(document: Document.Parsed, source: SettingsSource): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    // Rejects values that contain themselves, which could not be shown in an error.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw settingsError([(error as Error).message.split("\n")[0] ?? String(error)], source);
  }
}
