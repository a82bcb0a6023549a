const start = "<!-- A note as `timonier note` wrote it, with the commits' names and the address shortened. -->\n";
const end = "<!-- The note ends here. -->\n";

/** A note as a page shows it: without what differs from run to run, and without the hidden first line. */
export function shownNote(body: string): string {
  return `${body
    .replace(/^<!--.*-->\n+/, "")
    .replace(/https:\/\/[^/\s)]+/g, "https://gitlab.example.com")
    .replace(/(`|&#58;)[0-9a-f]{8,40}(?=`|<)/g, "$11f0c2b9e")
    .replace(/\b\d+(\.\d+)? s\b/g, "5 s")
    .trim()}\n`;
}

/** The page with another note between its two marks. */
export function withShownNote(page: string, note: string): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error("the page has no place for a note");
  return `${page.slice(0, from + start.length)}\n${note}\n${page.slice(to)}`;
}
