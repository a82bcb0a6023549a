import { checkSettings, type SettingsSource, settingsError } from "@timonier/kit/check-settings";
import { type Document, parseDocument } from "yaml";
import { z } from "zod";
import { duration, namespace, text } from "../constructs/settings-schema.js";
import { applications } from "./applications.js";

/** Settings of the applications, by their names. */
type ApplicationSettings = {
  [One in (typeof applications)[number] as One["name"]]: z.output<One["settings"]>;
};

const schema = z.strictObject({
  application: z.strictObject({
    url: text("https://HOST/PATH.git", /^(https?|ssh):\/\/[^/\s]+\/\S+\.git$/),
    branch: text("the name of a branch"),
  }),
  delivery: z.strictObject({ namespace: namespace(), interval: duration(1) }),
  ...(Object.fromEntries(applications.map(({ name, settings }) => [name, settings])) as {
    [One in (typeof applications)[number] as One["name"]]: One["settings"];
  }),
});

/** Checked contents of apps/settings.yaml: its two own sections, and one for each application. */
export type Settings = Pick<z.output<typeof schema>, "application" | "delivery"> & ApplicationSettings;

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
