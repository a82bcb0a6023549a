import { z } from "zod";
import { nearest } from "./nearest.js";
import { UserError } from "./user-error.js";

/** Source of settings, for errors. */
export interface SettingsSource {
  /** A file, or a stack's configuration. */
  readonly where: string;
  /** How a user corrects them. */
  readonly fix: string;
}

/**
 * Checks settings against a schema whose messages say what is expected: `a whole number from 0 to 10`.
 *
 * @param others validation errors of the caller, which are reported together with those of the schema
 * @throws UserError with all validation errors, each with its path, and with the closest known key
 *   for an unknown one
 */
export function checkSettings<Schema extends z.ZodType>(
  schema: Schema,
  written: unknown,
  source: SettingsSource,
  others: readonly string[] = [],
): z.output<Schema> {
  const result = schema.safeParse(written);
  if (result.success && others.length === 0) return result.data;
  const issues = result.error?.issues ?? [];
  throw settingsError([...issues.flatMap((issue) => sentences(issue, schema, written)), ...others], source);
}

/** One error for all validation errors. */
export function settingsError(errors: readonly string[], { where, fix }: SettingsSource): UserError {
  const count = errors.length === 1 ? "a setting is wrong" : `${errors.length} settings are wrong`;
  return new UserError(`${count}:\n${errors.map((error) => `    ${error}`).join("\n")}`, where, fix, {
    code: "TIM-117",
  });
}

/** Validation errors for one issue of zod; one for each unknown key. */
function sentences(issue: z.core.$ZodIssue, schema: z.ZodType, written: unknown): string[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(at(schema, path) ?? {});
    return issue.keys.map((key) => `${[...path, key].join(".")}: unknown; ${meant(key, known)}`);
  }
  const name = path.join(".") || "the settings";
  // The message of a parser already contains the value.
  if (issue.code === "custom" && issue.params?.whole) return [`${name}: ${issue.message}`];
  const value = at(written, path);
  const expected = issue.code === "invalid_type" && issue.expected === "object" ? "a section" : issue.message;
  return [`${name}: expected ${expected}, got ${value === undefined ? "nothing" : JSON.stringify(value)}`];
}

function meant(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === undefined ? `known here: ${known.join(", ")}` : `did you mean "${near}"?`;
}

/** Value at a path in plain objects or in sections of a schema. */
function at(value: unknown, path: readonly string[]): unknown {
  let found = sections(value);
  for (const key of path) {
    // Every element of a list has the same schema.
    const next =
      found instanceof z.ZodArray ? found.element : (found as Record<string, unknown> | null | undefined)?.[key];
    found = sections(next);
  }
  return found;
}

function sections(value: unknown): unknown {
  const schema = value instanceof z.ZodOptional || value instanceof z.ZodDefault ? value.unwrap() : value;
  return schema instanceof z.ZodObject ? schema.shape : schema;
}
