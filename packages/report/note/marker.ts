import { createHash } from "node:crypto";
import { UserError } from "@timonier/kit/user-error";

/** What a note's first line says of it. */
export interface Mark {
  /** Commit that it is about. */
  readonly head: string;
  /** Digest of what stands below: GitLab may give back a text with other white space than it was given. */
  readonly text: string;
}

/** Checks the name that keeps the notes of several programs apart. @throws UserError */
export function checkKey(key: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(key) && !key.includes("--")) return key;
  throw new UserError(
    `"${key}" is no key of a note`,
    "--key",
    "use at most 64 letters, digits, '.', '_' and '-', without '--'",
  );
}

/** A note: its first line is seen by nobody, and tells a run which note is its own and what it says. */
export function marked(key: string, head: string, text: string): { readonly body: string; readonly mark: Mark } {
  const mark = { head, text: createHash("sha256").update(text).digest("hex").slice(0, 16) };
  return { body: `<!-- timonier:report:${key} head:${head} text:${mark.text} -->\n\n${text}`, mark };
}

/** What a note of that key says of itself. undefined: it is none. */
export function readMark(key: string, body: string): Mark | undefined {
  // Only a note's first line counts: what comes from outside stands below.
  const end = body.search(/[\r\n]|$/);
  const line = /^<!-- timonier:report:([A-Za-z0-9._-]+) head:([0-9a-f]+) text:([0-9a-f]+) -->$/;
  const [, found, head, text] = line.exec(body.slice(0, end)) ?? [];
  return found === key && head !== undefined && text !== undefined ? { head, text } : undefined;
}

/** Room that the first line takes, at most. */
export const markLength = 250;
