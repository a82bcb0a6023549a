import { readParams, refuseUnknown } from "./params.js";
import { badRequest } from "./problem.js";
import type { NotePosition } from "./types/merge-requests.js";

const needs = {
  base_sha: "string",
  start_sha: "string",
  head_sha: "string",
  position_type: ["text", "image", "file"],
} as const;
const may = {
  old_path: "string",
  new_path: "string",
  old_line: "integer",
  new_line: "integer",
  line_range: "object",
} as const;

/**
 * Reads where a comment on a merge request's changes belongs.
 *
 * @throws Problem for what is missing, and for a position without a file or line
 * @see https://docs.gitlab.com/api/discussions/#create-a-new-thread-in-the-merge-request-diff
 */
export function readPosition(raw: Readonly<Record<string, unknown>>): NotePosition {
  refuseUnknown([...Object.keys(needs), ...Object.keys(may)], raw);
  const values = readParams(needs, may, raw);
  const path = values.new_path ?? values.old_path;
  const lineless = values.old_line === undefined && values.new_line === undefined;
  if (path === undefined) throw badRequest('Note {:position=>["is incomplete"]}');
  if (values.position_type === "text" && lineless)
    throw badRequest('Note {:line_code=>["can\'t be blank", "must be a valid line code"]}');
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
