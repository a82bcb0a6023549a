import Table from "cli-table3";

const bare = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" } as const;
const lines = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" } as const;

/** Formats a table like kubectl: columns without lines. @returns an empty text where there are no rows */
export function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const formatted = new Table({
    head,
    chars: { ...bare, ...lines, right: "", "right-mid": "", middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  formatted.push(...rows);
  return formatted
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
