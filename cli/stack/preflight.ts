import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { parse } from "yaml";
import { readSettings } from "../../apps/settings-file.js";
import { type PlatformConfig, parseConfig } from "../../infra/config.js";
import type { Stack } from "./stack.js";

/** Settings of a stack that nobody has written any for. */
export const firstSettings = { "timonier:cluster": "embedded" };

interface ProjectFile {
  readonly config?: Readonly<Record<string, { readonly default?: unknown }>>;
}

/**
 * Checks every setting before Pulumi is started: it would name one fault, and later the next.
 *
 * @returns the stack's settings
 * @throws UserError for a stack's settings, or those of apps/, that are wrong
 */
export async function checkAllSettings(stack: Stack): Promise<PlatformConfig> {
  const config = await parsedConfig(stack);
  await readSettings();
  return config;
}

/** A stack's settings, checked; undefined when nobody wrote any. @throws UserError when they are wrong */
export async function stackConfig(stack: Stack): Promise<PlatformConfig | undefined> {
  return existsSync(stack.configFile) ? parsedConfig(stack) : undefined;
}

async function parsedConfig(stack: Stack): Promise<PlatformConfig> {
  const project = parse(await readFile(join(checkout, "Pulumi.yaml"), "utf8")) as ProjectFile;
  return parseConfig(flatConfig(project, await readStackConfig(stack.configFile)), stack.name);
}

/** A stack's settings over the project's defaults, flat and as text: what the program gets from Pulumi. */
export function flatConfig(project: ProjectFile, own: Readonly<Record<string, unknown>>): Record<string, string> {
  const defaults = Object.entries(project.config ?? {}).flatMap(([key, { default: value }]) =>
    value === undefined ? [] : [[`timonier:${key}`, String(value)]],
  );
  const written = Object.entries(own).map(([key, value]) => [
    key.includes(":") ? key : `timonier:${key}`,
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  return Object.fromEntries([...defaults, ...written]);
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
      "mend the file, or delete it: `up` writes it anew",
      {
        cause,
      },
    );
  }
}
