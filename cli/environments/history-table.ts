import { table } from "../text-table.js";
import type { HistoryEntry } from "./application-history.js";

/** Formats the history of an application as a table. */
export function renderHistory(application: string, entries: readonly HistoryEntry[]): string {
  if (entries.length === 0) return `${application} never ran there`;
  const named = entries.some(({ environment }) => environment !== undefined);
  const head = ["SINCE", "UNTIL", "PROGRAM", "REVISION", "MERGE REQUEST", "BY", "CHANGE"];
  const rows = entries.map((entry) => [...(named ? [entry.environment ?? ""] : []), ...cells(entry)]);
  return table(named ? ["ENVIRONMENT", ...head] : head, rows);
}

const WORDS: Readonly<Record<HistoryEntry["change"], string>> = {
  added: "added",
  changed: "changed",
  same: "same manifests",
  outside: "changed outside the program",
  removed: "removed",
};

function cells(entry: HistoryEntry): string[] {
  const { since, until, program, uncommitted, revision, mergeRequest, author, change, promoted, title } = entry;
  const last = change === "removed" ? "" : "now";
  const from = promoted ? ` (promoted from ${promoted.from} at ${promoted.revision.slice(0, 8)})` : "";
  return [
    since,
    until ?? last,
    program === undefined ? "" : `${program.slice(0, 8)}${uncommitted ? "+" : ""}`,
    revision.slice(0, 8),
    mergeRequest?.reference ?? "",
    plain(author),
    plain(`${WORDS[change]}${from}: ${title}`),
  ];
}

/** Text of other people on one line, without control characters that a terminal would obey. */
function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
