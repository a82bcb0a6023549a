import { z } from "zod";
import { nearest } from "./nearest.js";
import { UserError } from "./user-error.js";

/** Where settings came from, for errors. */
export interface SettingsSource {
  /** A file, a stack's configuration. */
  readonly where: string;
  /** How a user corrects them. */
  readonly fix: string;
}

/**
 * Checks settings against a schema whose messages say what is expected: `a whole number from 0 to 10`.
 *
 * @param others faults that the caller found where the schema does not look, as sentences; they are told with its own
 * @throws UserError with every fault at once, each under its path; for an unknown key the known one that was probably meant
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
  throw settingsFault([...issues.flatMap((issue) => sentences(issue, schema, written)), ...others], source);
}

/** One error for all faults. */
export function settingsFault(faults: readonly string[], { where, fix }: SettingsSource): UserError {
  const count = faults.length === 1 ? "a setting is wrong" : `${faults.length} settings are wrong`;
  return new UserError(`${count}:\n${faults.map((fault) => `    ${fault}`).join("\n")}`, where, fix);
}

/** One issue of zod in our words; one for each key when keys are unknown. */
function sentences(issue: z.core.$ZodIssue, schema: z.ZodType, written: unknown): string[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(at(schema, path) ?? {});
    return issue.keys.map((key) => `${[...path, key].join(".")}: unknown; ${meant(key, known)}`);
  }
  const name = path.join(".") || "the settings";
  // A parser's own sentence says already what it got.
  if (issue.code === "custom" && issue.params?.whole) return [`${name}: ${issue.message}`];
  const value = at(written, path);
  const expected = issue.code === "invalid_type" && issue.expected === "object" ? "a section" : issue.message;
  return [`${name}: expected ${expected}, got ${value === undefined ? "nothing" : JSON.stringify(value)}`];
}

function meant(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === undefined ? `known here: ${known.join(", ")}` : `did you mean "${near}"?`;
}

/** The value at a path, through plain objects and the schema's own sections. */
function at(value: unknown, path: readonly string[]): unknown {
  let found = sections(value);
  for (const key of path) found = sections((found as Record<string, unknown> | null | undefined)?.[key]);
  return found;
}

function sections(value: unknown): unknown {
  return value instanceof z.ZodObject ? value.shape : value;
}
