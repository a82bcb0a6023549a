import { checkSettings, settingsError } from "@timonier/kit/check-settings";
import { dnsLabel } from "@timonier/kit/dns-name";
import { nearest } from "@timonier/kit/nearest";
import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";
import { duration, text } from "../constructs/settings-schema.js";
import { applications } from "./applications.js";
import { parseSettings, type Settings } from "./settings.js";
import { parseYaml } from "./settings-yaml.js";

const name = () => text('a name of at most 63 lower-case letters, digits and "-"', dnsLabel);

const schema = z.strictObject({
  environments: z.array(
    z.strictObject({
      name: name(),
      soak: duration(0).optional(),
      settings: z.record(z.string(), z.unknown(), { error: "a map of settings" }).optional(),
      exclude: z.array(name(), { error: "a list of applications" }).optional(),
      autoMerge: z.boolean({ error: "true or false" }).optional(),
    }),
    { error: "a list of environments" },
  ),
});

/** One environment: staging, production. */
export interface Environment {
  readonly name: string;
  /** Position in the order of promotion, from 0. */
  readonly position: number;
  /** Name of the environment from which changes are promoted. @default it is the first one */
  readonly previous?: string;
  /** Milliseconds that an application must be Ready in the environment before. */
  readonly soak: number;
  /** Names of applications that it does not have. */
  readonly exclude: readonly string[];
  /** Whether GitLab merges a promotion by itself when its gate opens. */
  readonly autoMerge: boolean;
  /** What differs from apps/settings.yaml: a merge patch. */
  readonly patch: unknown;
}

/** The texts that people write for the applications. */
export interface SettingsFiles {
  /** Text of apps/settings.yaml. */
  readonly settings: string;
  /** Text of apps/environments.yaml. */
  readonly environments: string;
}

/** Name of the file with the environments, from the top of the checkout. */
export const environmentsFile = "apps/environments.yaml";

/**
 * Parses the environments.
 *
 * @param known names of the applications @default those of apps/applications.ts
 * @throws UserError with all validation errors, each with its path
 */
export function parseEnvironments(
  yaml: string,
  where = environmentsFile,
  known: readonly string[] = applications.map((one) => one.name),
): readonly Environment[] {
  const source = { where, fix: "correct what is listed; docs/environments.md describes the file" };
  const { environments } = checkSettings(schema, parseYaml(yaml, source), source);
  const errors = environments.flatMap((one, index) => [
    ...(environments.findIndex((other) => other.name === one.name) < index
      ? [`environments.${index}.name: there is already an environment ${one.name}`]
      : []),
    ...(index === 0 && one.soak !== undefined
      ? ["environments.0.soak: the first environment has none before it; remove the soak time"]
      : []),
    ...(index === 0 && one.autoMerge !== undefined
      ? ["environments.0.autoMerge: nothing is promoted to the first environment; remove the setting"]
      : []),
    ...(one.exclude ?? []).flatMap((app, at) =>
      known.includes(app)
        ? []
        : [`environments.${index}.exclude.${at}: unknown application ${app}${meant(app, known)}`],
    ),
  ]);
  if (errors.length > 0) throw settingsError(errors, source);
  return environments.map(({ name, soak, settings = {}, exclude = [], autoMerge = false }, position) => {
    const previous = environments[position - 1]?.name;
    const common = { name, position, soak: soak?.toMilliseconds() ?? 0, exclude, autoMerge, patch: settings };
    return { ...common, ...(previous !== undefined && { previous }) };
  });
}

/**
 * Finds an environment by its name.
 *
 * @param asked where the name was written, for errors
 * @throws UserError with the names that there are
 */
export function findEnvironment(all: readonly Environment[], name: string, asked: string): Environment {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const names = all.map((one) => one.name);
  const known = names.length > 0 ? `use one of ${names.join(", ")}` : `name it in ${environmentsFile}`;
  throw new UserError(`unknown environment ${name}${meant(name, names)}`, asked, known, { code: "TIM-810" });
}

/** The settings of an environment, and the environment itself; without a name those of apps/settings.yaml alone. */
export interface EnvironmentSettings {
  readonly settings: Settings;
  /** @default the stack belongs to no environment */
  readonly environment?: Environment;
}

/**
 * Reads the settings of one environment.
 *
 * @param name undefined: of a stack that belongs to no environment
 * @param asked where the name was written, for errors
 * @throws UserError with all validation errors
 */
export function settingsFor(
  files: SettingsFiles,
  name: string | undefined,
  asked = "setting timonier:environment of the stack",
): EnvironmentSettings {
  if (name === undefined) return { settings: parseSettings(files.settings) };
  const environment = findEnvironment(parseEnvironments(files.environments), name, asked);
  return { settings: parseSettings(files.settings, undefined, differencesOf(environment)), environment };
}

/** Differences of an environment as `parseSettings` takes them. */
export function differencesOf({ name, patch }: Environment) {
  return { patch, where: `${environmentsFile}, settings of environment ${name}` };
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
