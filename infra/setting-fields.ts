import { z } from "zod";

/** Values of the settings that a schema describes. */
export type Values<Settings extends z.ZodObject> = z.output<Settings>;

/** A yes or a no. */
export const flag = () => z.stringbool({ truthy: ["true"], falsy: ["false"], error: "true or false" });

/** A number without a fraction; both limits are included. */
export function wholeNumber(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).pipe(z.int({ error }).min(least, { error }).max(most, { error }));
}

/** One of some words. */
export function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: values.map((value) => `"${value}"`).join(" or ") });
}

/** Numbers and booleans too: YAML and `pulumi config set --path` turn text that looks like one into one. */
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: "text" }).transform(String);

/** A list; comma-separated text, as before Pulumi had lists, is read as well. */
export function listOf(each: RegExp, error: string) {
  return z
    .preprocess((value) => (typeof value === "string" ? partsOf(value) : value), z.array(scalar, { error }))
    .refine((parts) => parts.every((part) => each.test(part)), { error });
}

/**
 * A map of text; comma-separated text such as `team=platform,cost=1234`, as before Pulumi had maps,
 * is read as well.
 */
export function mapOf(error: string) {
  return z.preprocess(
    (value) => (typeof value === "string" ? pairsOf(value) : value),
    z.record(z.string().min(1), scalar, { error }),
  );
}

function partsOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** @returns the text itself where a part has no key, so that the schema rejects it */
function pairsOf(text: string): Record<string, string> | string {
  const parts = partsOf(text);
  if (!parts.every((part) => part.indexOf("=") > 0)) return text;
  return Object.fromEntries(parts.map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
}

/** Whether a setting is a list or a map, which Pulumi passes as JSON; each of them has a default. */
export function isStructured(field: z.ZodType): boolean {
  return typeof field.safeParse(undefined).data === "object";
}
