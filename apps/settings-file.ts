import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "@timonier/kit/user-error";
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
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      `the settings cannot be read (${cause.code})`,
      file,
      "restore the file: `git restore apps/settings.yaml`",
      { code: "TIM-101", cause },
    );
  });
  return parseSettings(text, file);
}
