import { posix } from "node:path";
import { Marked, type Tokens } from "marked";
import sanitize from "sanitize-html";

/** What relative addresses in a text mean. */
export interface MarkdownBase {
  /** Folder of the file in its repository, "" for the root. */
  readonly folder: string;
  readonly blob: (path: string) => string;
  readonly raw: (path: string) => string;
}

/** Prefix of ids in a text, so that they differ from those of the page, as on GitLab. */
const prefix = "user-content-";

const escapeText = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const parser = new Marked({
  gfm: true,
  async: false,
  renderer: {
    code({ text, lang }: Tokens.Code) {
      const language = /^[\w+-]{1,30}/.exec(lang ?? "")?.[0] ?? "";
      const body = ["diff", "patch", "suggestion"].includes(language)
        ? text.split("\n").map(diffLine).join("\n")
        : escapeText(text);
      return `<pre><code class="language-${language || "text"}">${body}\n</code></pre>\n`;
    },
    heading({ tokens, depth, text }: Tokens.Heading) {
      return `<h${depth} id="${prefix}${anchor(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
  },
});

function diffLine(line: string): string {
  const kind = line.startsWith("+") ? "gi" : line.startsWith("-") ? "gd" : line.startsWith("@@") ? "gu" : undefined;
  return kind ? `<span class="${kind}">${escapeText(line)}</span>` : escapeText(line);
}

function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s+/g, "-");
}

/**
 * Markdown as GitLab shows it: tables, task lists, fenced code, `<details>`. What comes out is safe
 * to be put into a page: the sanitizer accepts a list of tags and attributes only, whatever the
 * parser produced.
 *
 * @see https://docs.gitlab.com/user/markdown/
 */
export function renderMarkdown(text: string, base: MarkdownBase): string {
  return sanitize(parser.parse(text) as string, {
    allowedTags: [...sanitize.defaults.allowedTags, "img", "details", "summary", "del", "ins", "input", "picture"],
    allowedAttributes: {
      a: ["href", "title", "rel"],
      img: ["src", "alt", "title", "width", "height", "loading"],
      input: ["type", "checked", "disabled", "aria-label"],
      pre: ["tabindex"],
      table: ["tabindex"],
      details: ["open"],
      th: ["align"],
      td: ["align", "colspan", "rowspan"],
      ol: ["start"],
      "*": ["id"],
    },
    allowedClasses: { code: ["language-*"], span: ["gi", "gd", "gu"] },
    allowedSchemes: ["http", "https", "mailto"],
    allowProtocolRelative: false,
    nestingLimit: 60,
    transformTags: {
      a: (tagName, { href, title, id }) => ({
        tagName,
        attribs: {
          ...(href !== undefined && { href: target(href, base, base.blob) }),
          ...(title !== undefined && { title }),
          ...(id !== undefined && { id: named(id) }),
          rel: "nofollow noreferrer noopener",
        },
      }),
      img: (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, src: target(attribs.src ?? "", base, base.raw), loading: "lazy" },
      }),
      // Task lists only: no field that could be filled in or sent.
      input: (tagName, { checked }) => ({
        tagName,
        attribs: {
          type: "checkbox",
          disabled: "",
          "aria-label": checked === undefined ? "Task, not done" : "Task, done",
          ...(checked !== undefined && { checked: "" }),
        },
      }),
      // Both scroll when they are wide, and must be reachable by keyboard.
      pre: (tagName) => ({ tagName, attribs: { tabindex: "0" } }),
      table: (tagName) => ({ tagName, attribs: { tabindex: "0" } }),
      "*": (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, ...(attribs.id !== undefined && { id: named(attribs.id) }) },
      }),
    },
  });
}

const named = (id: string) => (id.startsWith(prefix) ? id : prefix + id);

/** Where an address in a text leads: within the repository when it is relative. */
function target(href: string, { folder }: MarkdownBase, within: (path: string) => string): string {
  if (href.startsWith("#")) return `#${named(href.slice(1))}`;
  if (href === "" || href.startsWith("/") || /^[a-z][a-z0-9+.-]*:/i.test(href)) return href;
  const [path = "", fragment] = href.split("#");
  const resolved = posix.normalize(posix.join(folder, safeDecode(path.split("?")[0] ?? "")));
  if (resolved.startsWith("..")) return href;
  return within(resolved) + (fragment === undefined ? "" : `#${fragment}`);
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
