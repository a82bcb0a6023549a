import { appendFile } from "node:fs/promises";

/** One request as it ended. */
export interface JournalEntry {
  readonly time: string;
  readonly method: string;
  /** Path without its query. */
  readonly path: string;
  /** The call as documentation writes it: `/projects/:id/hooks`. */
  readonly route: string;
  readonly user: string | null;
  readonly token: string | null;
  readonly status: number;
  /** Whether it could change something: everything but GET and HEAD, and Git pushes. */
  readonly write: boolean;
  /** Scopes of which one was needed. */
  readonly scopes: readonly string[];
  /** Lowest role that was asked for while answering; 0 for none. */
  readonly role: number;
}

/** Which requests came. */
export interface Journal {
  readonly counts: { reads: number; writes: number };
  readonly writes: readonly JournalEntry[];
  add(entry: JournalEntry): void;
}

/**
 * A journal that keeps the last thousand write requests in memory.
 *
 * @param file every request is appended here as well
 */
export function openJournal(file: string | undefined): Journal {
  const counts = { reads: 0, writes: 0 };
  const writes: JournalEntry[] = [];
  let appending: Promise<unknown> = Promise.resolve();
  return {
    counts,
    writes,
    add(entry) {
      if (entry.write) {
        counts.writes++;
        writes.push(entry);
        if (writes.length > 1_000) writes.shift();
      } else {
        counts.reads++;
      }
      if (file) {
        appending = appending
          .then(() => appendFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 }))
          .catch(() => {});
      }
    },
  };
}
