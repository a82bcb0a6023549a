import { visible } from "../text.js";

/** Safe HTML: made by {@link html}, or of {@link escaped} text and literal tags. */
export class Markup {
  constructor(readonly text: string) {}
}

/** Content of a template: text, which is escaped, markup, or lists of both. undefined renders nothing. */
export type Content = string | number | Markup | undefined | readonly Content[];

/**
 * A part of a page. Every value is escaped unless it is {@link Markup}, so no text becomes markup.
 * Attributes need double quotes.
 *
 * @example html`<td class="${kind}">${text}</td>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += render(value) + (strings[index + 1] ?? "");
  });
  return new Markup(text);
}

function render(value: Content): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(render).join("");
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML, in an element or an attribute. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
