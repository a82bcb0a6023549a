import { type Document, type LineCounter, parseAllDocuments } from "yaml";

/** Unclosed inline maps: with some hundreds of them the parser takes minutes to report the error. */
const UNCLOSED = 30;

/** Parses the documents of an arbitrary text. @throws Error for a text that cannot be parsed in time */
export function yamlDocuments(text: string, lineCounter?: LineCounter): Document.Parsed[] {
  let open = 0;
  for (const character of text) {
    if (character === "{") open++;
    else if (character === "}") open--;
  }
  if (open > UNCLOSED) throw new Error(`${open} braces are not closed`);
  return parseAllDocuments(text, { logLevel: "error", ...(lineCounter && { lineCounter }) }) as Document.Parsed[];
}
