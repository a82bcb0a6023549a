import { checkSettings } from "@timonier/kit/check-settings";
import { z } from "zod";
import { duration, namespace, text } from "../constructs/settings-schema.js";
import { applications } from "./applications.js";
import { mergePatch } from "./merge-patch.js";
import { parseYaml } from "./settings-yaml.js";

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

/** What differs in an environment. */
export interface SettingsPatch {
  /** A merge patch for the settings. */
  readonly patch: unknown;
  /** Where it is written, for errors. */
  readonly where: string;
}

/**
 * Parses settings.
 *
 * @param yaml text of a settings file
 * @param where its name, for errors
 * @param differences of an environment @default none
 * @throws UserError with all validation errors, each with its path
 */
export function parseSettings(yaml: string, where = "apps/settings.yaml", differences?: SettingsPatch): Settings {
  const fix = "correct what is listed; the comments in the committed file say what each setting means";
  const written = parseYaml(yaml, { where, fix });
  const base = checkSettings(schema, written, { where, fix });
  if (differences === undefined) return base;
  return checkSettings(schema, mergePatch(written, differences.patch), { where: differences.where, fix });
}
