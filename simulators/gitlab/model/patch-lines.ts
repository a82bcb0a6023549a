/** One line of a file's patch, with its numbers in the old and the new file. */
export interface PatchLine {
  readonly kind: "hunk" | "added" | "removed" | "context" | "remark";
  readonly before?: number;
  readonly after?: number;
  readonly text: string;
}

/** Numbers the lines of a patch. @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html */
export function patchLines(patch: string): PatchLine[] {
  let before = 0;
  let after = 0;
  const lines = patch.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line): PatchLine => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      return { kind: "hunk", text: line };
    }
    const text = line.slice(1);
    if (line.startsWith("+")) return { kind: "added", after: after++, text };
    if (line.startsWith("-")) return { kind: "removed", before: before++, text };
    if (line.startsWith("\\")) return { kind: "remark", text: line };
    return { kind: "context", before: before++, after: after++, text };
  });
}

/** How many lines a patch adds and removes. */
export function countLines(patch: string): { readonly added: number; readonly removed: number } {
  const lines = patch.split("\n");
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { added: count("+"), removed: count("-") };
}

/**
 * Whether a pair of line numbers is a line of a file's difference: an added line has only a new
 * number, a removed line only an old one, an unchanged line both. Unchanged lines outside the hunks
 * count, because GitLab unfolds them.
 *
 * @param length number of lines of the new file
 */
export function isLineOfDiff(
  patch: string,
  before: number | undefined,
  after: number | undefined,
  length: number,
): boolean {
  const lines = patchLines(patch);
  if (lines.some((line) => line.kind !== "hunk" && line.before === before && line.after === after))
    return before !== undefined || after !== undefined;
  if (before === undefined || after === undefined || after > length) return false;
  const inside = lines.some((line) => line.before === before || line.after === after);
  const earlier = lines.filter((line) => (line.before ?? 0) < before && (line.after ?? 0) < after);
  const added = earlier.filter(({ kind }) => kind === "added").length;
  const removed = earlier.filter(({ kind }) => kind === "removed").length;
  return !inside && before > 0 && after - before === added - removed;
}
