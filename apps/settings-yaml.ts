import { type SettingsSource, settingsError } from "@timonier/kit/check-settings";
import { type Document, parseDocument } from "yaml";

/**
 * Parses YAML to plain values.
 *
 * @throws UserError with every syntax error
 */
export function parseYaml(yaml: string, source: SettingsSource): unknown {
  const document = parseDocument(yaml, { prettyErrors: true });
  // The rest of a message quotes the text.
  const errors = document.errors.map((error) => error.message.split(":\n")[0] ?? error.message);
  if (errors.length > 0) throw settingsError(errors, source);
  return plain(document, source);
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
