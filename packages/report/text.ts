/** Control, format and surrogate characters and Unicode line separators: invisible to a reader. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * Text in which invisible characters, and characters that change the order of others, are written
 * as their code point. Tabs and line ends stay.
 *
 * @example `admin⟨U+202E⟩txt.exe`
 * @see https://trojansource.codes
 */
export function visible(text: string): string {
  return text.replace(invisible, (character) => {
    if (character === "\n" || character === "\t") return character;
    return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** {@link visible}, on one line. */
export function oneLine(text: string): string {
  return visible(text).replace(/\t/g, " ").replace(/\n/g, " ⏎ ");
}

/** The first characters, and how many more there are. @param longest Infinity for the whole text */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Keep surrogate pairs together.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(longest - 1)) ? longest - 1 : longest;
  return `${text.slice(0, end)}… (${text.length - end} more characters)`;
}

/** `1 object`, `2 objects`. */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** A time in its largest unit, rounded down: `42 minutes`. @param milliseconds not negative */
export function inWords(milliseconds: number): string {
  const [unit, length] = units.find(([, least]) => milliseconds >= least) ?? (["second", 1_000] as const);
  return count(Math.floor(milliseconds / length), unit);
}
