import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "@timonier/kit/user-error";
import { type EnvironmentSettings, environmentsFile, type SettingsFiles, settingsFor } from "./environments.js";
import { parseSettings, type Settings } from "./settings.js";

/** The committed settings of this checkout. */
export const settingsFile = fileURLToPath(new URL("settings.yaml", import.meta.url));

/**
 * Reads and checks a settings file.
 *
 * @param file @default the committed one
 * @throws UserError when it cannot be read or is invalid
 */
export async function readSettings(file: string = settingsFile): Promise<Settings> {
  return parseSettings(await readText(file), file);
}

/**
 * Reads the texts that people write for the applications.
 *
 * @throws UserError when one cannot be read
 */
export async function readSettingsFiles(): Promise<SettingsFiles> {
  const committed = fileURLToPath(new URL(`../${environmentsFile}`, import.meta.url));
  const [settings, environments] = await Promise.all([readText(settingsFile), readText(committed)]);
  return { settings, environments };
}

/**
 * Reads the settings of an environment.
 *
 * @param name undefined: of a stack that belongs to no environment
 * @throws UserError when they cannot be read or are invalid, and for an unknown environment
 */
export async function readEnvironment(name: string | undefined): Promise<EnvironmentSettings> {
  return settingsFor(await readSettingsFiles(), name);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(
      `the settings cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      file,
      `restore the file: \`git restore apps/${file.replace(/.*\//, "")}\``,
      { code: "TIM-101", cause },
    );
  }
}
