import { clip, oneLine, visible } from "../text.js";

/** Letters, digits and punctuation without a meaning for Markdown, tables or GitLab inside a code span. */
const plain = /^[\p{L}\p{N}/.:_=+()-](?:[\p{L}\p{N} /.:,;_=+()'-]*[\p{L}\p{N}/.:,;_=+()'-])?$/u;

/**
 * External text as inline code: nothing in it is markup, a mention, a reference or a quick action.
 *
 * GitLab creates references after it has decoded entities, so escaping is not enough, but it
 * ignores `code`. Text that is not plain becomes an element with numeric entities: no delimiter can
 * close it, and no `|` can end a table cell.
 *
 * @see https://docs.gitlab.com/user/markdown/#gitlab-specific-references
 */
export function code(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = oneLine(clip(text, longest));
  return plain.test(line) ? `\`${line}\`` : codeElement(line);
}

/** A sentence of the program as it is; {@link code} when it contains more than words. */
export function words(sentence: string, longest = Number.POSITIVE_INFINITY): string {
  const prose = /^\p{L}[\p{L}\p{N} ,;:()'-]*\.?$/u.test(sentence) && sentence.length <= longest;
  return prose ? sentence : code(sentence, longest);
}

/** As {@link code}, for the inside of an HTML block, where Markdown is not parsed. */
export function codeElement(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = oneLine(clip(text, longest));
  return `<code>${line.replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</code>`;
}

/**
 * A unified diff as a code block that its content cannot end, and without a line that begins with a
 * word: a quick action starts at the beginning of a line, and old versions of GitLab do not count
 * the backticks at the end of a block.
 *
 * @see https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 */
export function diffBlock(diff: string): string {
  const text = visible(diff.replace(/\r\n/g, "\n").replace(/\n$/, "")).replace(/^(?![-+ @\\])/gm, " ");
  let longest = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run.length);
  const fence = "`".repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

/** URL of a link. @returns undefined for anything but http and https */
export function address(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  return url.href.replace(/[()<>\\`"'|*_~[\]]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
