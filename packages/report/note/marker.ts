import { createHash } from "node:crypto";
import { UserError } from "@timonier/kit/user-error";

/** The invisible first line of a note. */
export interface NoteMarker {
  /** Commit that the note is about. */
  readonly head: string;
  /** Digest of the text below it: GitLab may return the text with other white space than it received. */
  readonly text: string;
}

/** Checks the name that separates the notes of several programs. @throws UserError */
export function checkKey(key: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(key) && !key.includes("--")) return key;
  throw new UserError(
    `"${key}" is not a valid note key`,
    "--key",
    "use at most 64 letters, digits, '.', '_' and '-', without '--'",
    { code: "TIM-714" },
  );
}

/** A note with its marker, by which a later run recognises the note and its content. */
export function withMarker(
  key: string,
  head: string,
  text: string,
): { readonly body: string; readonly marker: NoteMarker } {
  const marker = { head, text: createHash("sha256").update(text).digest("hex").slice(0, 16) };
  return { body: `<!-- timonier:report:${key} head:${head} text:${marker.text} -->\n\n${text}`, marker };
}

/** The marker of a note. @returns undefined when the note has no marker with this key */
export function readMarker(key: string, body: string): NoteMarker | undefined {
  // Only the first line counts, because external text may follow below it.
  const end = body.search(/[\r\n]|$/);
  const line = /^<!-- timonier:report:([A-Za-z0-9._-]+) head:([0-9a-f]+) text:([0-9a-f]+) -->$/;
  const [, found, head, text] = line.exec(body.slice(0, end)) ?? [];
  return found === key && head !== undefined && text !== undefined ? { head, text } : undefined;
}

/** Most characters of a marker line. */
export const markerLength = 250;
