import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { parse } from "yaml";
import { readEnvironment } from "../../apps/settings-file.js";
import { formerSettings, type PlatformConfig, parseConfig } from "../../infra/config.js";
import { engineConfig, type ProjectFile } from "../../infra/project-config.js";
import type { Stack } from "./stack.js";

/** Settings of a new stack. */
export const firstSettings = { "timonier:cluster": "embedded" };

/**
 * Checks every setting before Pulumi starts: Pulumi itself would report one wrong setting at a time.
 *
 * @returns the stack's settings
 * @throws UserError for a stack's settings, or those of apps/, that are wrong
 */
export async function checkAllSettings(stack: Stack): Promise<PlatformConfig> {
  const config = await parsedConfig(stack);
  await readEnvironment(config.environment);
  return config;
}

/** A stack's settings, checked; undefined if its file does not exist. @throws UserError when they are wrong */
export async function stackConfig(stack: Stack): Promise<PlatformConfig | undefined> {
  return existsSync(stack.configFile) ? parsedConfig(stack) : undefined;
}

/** Settings that are written in a deprecated form, and what to write instead. */
export async function deprecatedSettings(stack: Stack): Promise<string[]> {
  return formerSettings(await rawConfig(stack));
}

async function parsedConfig(stack: Stack): Promise<PlatformConfig> {
  return parseConfig(await rawConfig(stack), stack.name);
}

async function rawConfig(stack: Stack): Promise<Record<string, string>> {
  const project = parse(await readFile(join(checkout, "Pulumi.yaml"), "utf8")) as ProjectFile;
  return engineConfig(project, await readStackConfig(stack.configFile));
}

/** A stack's own settings, as they are written. @throws UserError when the file is no YAML */
export async function readStackConfig(file: string): Promise<Record<string, unknown>> {
  if (!existsSync(file)) return firstSettings;
  try {
    const read = parse(await readFile(file, "utf8")) as { config?: Record<string, unknown> } | null;
    return read?.config ?? {};
  } catch (cause) {
    const words = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new UserError(
      `the stack's settings cannot be read: ${words}`,
      file,
      "correct the file, or delete it: `up` writes a new one",
      { code: "TIM-110", cause },
    );
  }
}
