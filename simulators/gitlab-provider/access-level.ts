import { accessLevels } from "@timonier/kit/access-levels";

/**
 * Access levels by the names that the official provider has for them.
 *
 * @see https://docs.gitlab.com/api/access_requests/#valid-access-levels
 */
const levels: Readonly<Record<string, number>> = {
  "no one": accessLevels.none,
  minimal: accessLevels.minimal,
  guest: accessLevels.guest,
  planner: accessLevels.planner,
  reporter: accessLevels.reporter,
  securityManager: accessLevels.securityManager,
  "security manager": accessLevels.securityManager,
  developer: accessLevels.developer,
  maintainer: accessLevels.maintainer,
  owner: accessLevels.owner,
  admin: accessLevels.admin,
};

/** Number of a level; undefined for a name that is none. */
export function levelNumber(name: unknown): number | undefined {
  return typeof name === "string" ? levels[name] : undefined;
}

/** Name of a level; undefined for a number that is none. */
export function levelName(level: unknown): string | undefined {
  return Object.entries(levels).find(([, number]) => number === level)?.[0];
}

/** One error for each of the named inputs that is not an access level. */
export function levelErrors(inputs: Readonly<Record<string, unknown>>, ...names: string[]) {
  return names
    .filter((name) => inputs[name] !== undefined && levelNumber(inputs[name]) === undefined)
    .map((property) => ({
      property,
      reason: `"${String(inputs[property])}" is not an access level: ${Object.keys(levels).join(", ")}`,
    }));
}
