import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";

const bare = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" } as const;
const lines = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" } as const;

/** Rows that are formatted together: cli-table3 compares every cell with those of all rows above it. */
const ROWS_AT_ONCE = 25;

/** Texts in which every character takes one column of a terminal. */
const NARROW = /^[ -~\n…]*$/;

/** Formats a table like kubectl: columns without lines. @returns an empty text where there are no rows */
export function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const widths = rows.length > ROWS_AT_ONCE ? widthsOf([head, ...rows]) : undefined;
  if (!widths) return formatted(head, rows);
  const parts: string[] = [];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    parts.push(formatted(at === 0 ? head : [], rows.slice(at, at + ROWS_AT_ONCE), widths));
  }
  return parts.join("\n");
}

/** Widths of the columns; undefined where there are characters whose width only cli-table3 knows. */
function widthsOf(rows: readonly string[][]): number[] | undefined {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      const text = stripVTControlCharacters(cell);
      if (!NARROW.test(text)) return undefined;
      widths[column] = Math.max(widths[column] ?? 1, ...text.split("\n").map((line) => line.length));
    }
  }
  return widths;
}

/** @param widths of the columns @default those of the widest cells */
function formatted(head: string[], rows: string[][], widths: number[] = []): string {
  const one = new Table({
    head,
    colWidths: [...widths],
    chars: { ...bare, ...lines, right: "", "right-mid": "", middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  one.push(...rows);
  return one
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
