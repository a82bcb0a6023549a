import { goMilliseconds } from "@timonier/kit/go-duration";
import type { FieldChange } from "./field-changes.js";
import type { Value } from "./instrument.js";

/**
 * Values that a literal may have had, if its change alone changed a field. Each is a guess that the
 * caller tries.
 *
 * @returns the likeliest first; empty where the literal cannot be part of the field
 */
export function formerValues(literal: Value, { path, before, after }: FieldChange): Value[] {
  if (typeof literal === "boolean") return after === literal && typeof before === "boolean" ? [before] : [];
  if (typeof literal === "number") return formerNumbers(literal, before, after);
  if (literal === "") return [];
  if (before === undefined || after === undefined) return path.includes(literal) ? [`${literal}-former`] : [];
  if (typeof after !== "string") return literal === String(after) ? [String(before)] : [];
  return formerTexts(literal, String(before), after);
}

function formerNumbers(literal: number, before: Value | undefined, after: Value | undefined): number[] {
  const [old, now] = [numbersOf(before), numbersOf(after)];
  const found = now.flatMap((number, index) => {
    const earlier = old[index];
    return number === literal && earlier !== undefined && earlier !== number ? [earlier] : [];
  });
  return [...new Set(found)];
}

function numbersOf(value: Value | undefined): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "string" ? (value.match(/\d+(\.\d+)?/g) ?? []).map(Number) : [];
}

/** Where the literal is found around the part of the text that differs, puts the former part back into it. */
function formerTexts(literal: string, before: string, after: string): string[] {
  const found = new Set<string>();
  for (const { start, end, old } of differingParts(before, after)) {
    for (let at = after.indexOf(literal); at !== -1; at = after.indexOf(literal, at + 1)) {
      if (at > start || at + literal.length < end) continue;
      found.add(literal.slice(0, start - at) + old + literal.slice(end - at));
    }
  }
  found.delete(literal);
  return [...found];
}

/** The part of a text that another text lacks; both possible positions where there are two. */
function differingParts(before: string, after: string): Array<{ start: number; end: number; old: string }> {
  const most = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < most && before[prefix] === after[prefix]) prefix++;
  let suffix = 0;
  while (suffix < most && before.at(-1 - suffix) === after.at(-1 - suffix)) suffix++;
  const part = (start: number, rest: number) => ({
    start,
    end: after.length - rest,
    old: before.slice(start, before.length - rest),
  });
  return [part(prefix, Math.min(suffix, most - prefix)), part(Math.min(prefix, most - suffix), suffix)];
}

/**
 * Other values of the same type that a program is likely to accept, to find out what depends on a
 * literal.
 */
export function otherValues(literal: Value): Value[] {
  if (typeof literal === "boolean") return [!literal];
  if (typeof literal === "number") return [literal + 1];
  const counted = literal.replace(/\d+/, (digits) => String(Number(digits) + 1));
  return counted === literal ? [`${literal}x`] : [counted, `${literal}x`];
}

/** Number in a field: seconds of a duration, a count or a percentage. */
export function quantityOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  // `250m` is a quantity of CPU as well as a duration: minutes alone count as a number.
  const milliseconds = /^\d+m$/.test(value) ? undefined : goMilliseconds(value);
  if (milliseconds !== undefined) return milliseconds / 1_000;
  const numbers = numbersOf(value);
  return numbers.length === 1 ? numbers[0] : undefined;
}
