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
