import { type DefaultTreeAdapterTypes, parse, parseFragment } from "parse5";

type Node = DefaultTreeAdapterTypes.Node;

/** What an HTML text is to a browser: tags, and text inside of code apart from all other text. */
export interface Outline {
  /** Elements with their attributes, in order and nested, without any text. */
  readonly shape: string;
  /** Text that stands in no `code` and no `pre`. */
  readonly prose: string;
  readonly comments: readonly string[];
}

/** Reads HTML as a browser does. */
export function outline(html: string, whole = false): Outline {
  const comments: string[] = [];
  let shape = "";
  let prose = "";
  const visit = (node: Node, inCode: boolean) => {
    if (node.nodeName === "#comment" && "data" in node) comments.push(node.data);
    if (node.nodeName === "#text" && "value" in node && !inCode) prose += node.value;
    if (!("childNodes" in node)) return;
    const attributes = "attrs" in node ? node.attrs.map(({ name, value }) => ` ${name}=${value}`).join("") : "";
    shape += `<${node.nodeName}${attributes}>`;
    for (const child of node.childNodes) visit(child, inCode || ["code", "pre"].includes(node.nodeName));
    shape += "</>";
  };
  visit(whole ? parse(html) : parseFragment(html), false);
  return { shape, prose, comments };
}
