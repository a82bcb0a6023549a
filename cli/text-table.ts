import Table from "cli-table3";

const bare = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" } as const;
const lines = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" } as const;

/** A table as kubectl lays them out: columns, no lines. Empty without rows. */
export function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const made = new Table({
    head,
    chars: { ...bare, ...lines, right: "", "right-mid": "", middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  made.push(...rows);
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
