import { type Document, type LineCounter, parseAllDocuments } from "yaml";

/** Maps in one line that are opened and not closed: with some hundreds of them the parser takes minutes to say so. */
const UNCLOSED = 30;

/** Documents of a text that may be anything. @throws Error for one that could not be parsed in time */
export function yamlDocuments(text: string, lineCounter?: LineCounter): Document.Parsed[] {
  let open = 0;
  for (const character of text) {
    if (character === "{") open++;
    else if (character === "}") open--;
  }
  if (open > UNCLOSED) throw new Error(`${open} braces are not closed`);
  return parseAllDocuments(text, { logLevel: "error", ...(lineCounter && { lineCounter }) }) as Document.Parsed[];
}
