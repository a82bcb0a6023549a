import type { Values } from "./params.js";
import { isLineOfDiff } from "./patch-lines.js";
import { badRequest } from "./problem.js";
import type { NotePosition } from "./types/merge-requests.js";

const endOfRange = {
  needs: {},
  may: { line_code: "string", type: ["new", "old", "expanded"], old_line: "integer", new_line: "integer" },
} as const;

/**
 * Parameter `position` of a comment.
 *
 * @see https://docs.gitlab.com/api/discussions/#create-a-new-thread-in-the-merge-request-diff
 */
export const positionFields = {
  needs: {
    base_sha: "string",
    start_sha: "string",
    head_sha: "string",
    position_type: ["text", "image", "file"],
  },
  may: {
    old_path: "string",
    new_path: "string",
    old_line: "integer",
    new_line: "integer",
    line_range: { needs: { start: endOfRange, end: endOfRange }, may: {} },
  },
} as const;

const noSuchLine = () => badRequest('Note {:line_code=>["can\'t be blank", "must be a valid line code"]}');

/** Reads where a comment on a merge request's changes belongs. @throws Problem for a position without a file or line */
export function readPosition(values: Values<typeof positionFields.needs, typeof positionFields.may>): NotePosition {
  const path = values.new_path ?? values.old_path;
  const lineless = values.old_line === undefined && values.new_line === undefined;
  if (path === undefined) throw badRequest('Note {:position=>["is incomplete"]}');
  if (values.position_type === "text" && lineless) throw noSuchLine();
  return {
    baseSha: values.base_sha,
    startSha: values.start_sha,
    headSha: values.head_sha,
    positionType: values.position_type,
    oldPath: values.old_path ?? path,
    newPath: values.new_path ?? path,
    oldLine: values.old_line ?? null,
    newLine: values.new_line ?? null,
    lineRange: values.line_range ?? null,
  };
}

/** A file's change, and the length of the new file in lines. */
export interface ChangedFile {
  readonly oldPath: string;
  readonly newPath: string;
  readonly patch: string;
  readonly length: number;
}

/**
 * @param file the changed file that the position names; undefined when nothing changed there
 * @throws Problem for a file or a line that the changes do not hold
 */
export function checkPosition({ positionType, oldLine, newLine }: NotePosition, file: ChangedFile | undefined): void {
  if (!file) throw noSuchLine();
  if (positionType !== "text") return;
  if (!isLineOfDiff(file.patch, oldLine ?? undefined, newLine ?? undefined, file.length)) throw noSuchLine();
}

/** A position as the API shows it. */
export function positionView(position: NotePosition): Record<string, unknown> {
  return {
    base_sha: position.baseSha,
    start_sha: position.startSha,
    head_sha: position.headSha,
    old_path: position.oldPath,
    new_path: position.newPath,
    position_type: position.positionType,
    old_line: position.oldLine,
    new_line: position.newLine,
    line_range: position.lineRange,
  };
}
