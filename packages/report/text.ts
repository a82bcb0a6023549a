/** Control, format and surrogate characters, and Unicode's own ends of a line: what a reader does not see as it is. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * Text as it is, without what hides in it: a character that nobody sees, or that turns the order of others, is written as
 * its number. Tabs and ends of lines stay.
 *
 * @example `admin⟨U+202E⟩txt.exe`
 * @see https://trojansource.codes
 */
export function visible(text: string): string {
  return text.replace(unseen, (character) => {
    if (character === "\n" || character === "\t") return character;
    return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** {@link visible}, on one line. */
export function oneLine(text: string): string {
  return visible(text).replace(/\t/g, " ").replace(/\n/g, " ⏎ ");
}

/** The first characters, and how many more there are. Infinity: all of it. */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // A pair of surrogates is not cut in two.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(longest - 1)) ? longest - 1 : longest;
  return `${text.slice(0, end)}… (${text.length - end} more characters)`;
}

/** `1 object`, `2 objects`. */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
