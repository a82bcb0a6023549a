import { clip, oneLine, visible } from "../text.js";

/** Letters, digits and punctuation that mean nothing to Markdown, to a table or to GitLab inside of a code span. */
const plain = /^[\p{L}\p{N}/.:_=+()-](?:[\p{L}\p{N} /.:,;_=+()'-]*[\p{L}\p{N}/.:,;_=+()'-])?$/u;

/**
 * Text from outside as inline code: nothing in it is markup, a mention, a reference or a quick action.
 *
 * GitLab makes references after it has decoded entities, so an escape is not enough; it leaves `code` alone. What is not
 * plain is an element whose every sign is a number: no delimiter can close it, no `|` can end a table's cell.
 *
 * @see https://docs.gitlab.com/user/markdown/#gitlab-specific-references
 */
export function code(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = oneLine(clip(text, longest));
  return plain.test(line) ? `\`${line}\`` : codeElement(line);
}

/** A sentence of ours as it is; {@link code} where it holds anything but words. */
export function words(sentence: string, longest = Number.POSITIVE_INFINITY): string {
  const prose = /^\p{L}[\p{L}\p{N} ,;:()'-]*\.?$/u.test(sentence) && sentence.length <= longest;
  return prose ? sentence : code(sentence, longest);
}

/** As {@link code}, where Markdown is not read: between the tags of a block of HTML. */
export function codeElement(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = oneLine(clip(text, longest));
  return `<code>${line.replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</code>`;
}

/**
 * A unified diff as a block that nothing in it can end, and with no line that begins with a word of its own: a quick action
 * counts at the begin of a line only, and old versions of GitLab look for the block's end without counting the backticks.
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

/** A link's address, or undefined where it is none that a page may have. */
export function address(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  return url.href.replace(/[()<>\\`"'|*_~[\]]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
