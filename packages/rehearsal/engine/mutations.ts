import { ORIGINAL } from "../model/restore.js";

/** What the rehearsal's API server changes of one kind while objects are admitted. */
export interface Mutation {
  readonly name: string;
  readonly group: string;
  readonly resource: string;
  readonly operations: readonly string[];
  /** CEL: when. */
  readonly when: string;
  /** CEL: a list of JSONPatch. */
  readonly patch: string;
}

/** CEL: patches that make sure that an object has annotations. */
export const annotations =
  '(has(object.metadata.annotations) ? [] : [JSONPatch{op: "add", path: "/metadata/annotations", value: {}}])';

/** CEL: patches that keep a value in an annotation, for the report to show the original. */
export function keepInAnnotation(value: string, annotation = ORIGINAL): string {
  return `[JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("${annotation}"), value: ${value}}]`;
}

/** CEL: a text. */
export function text(value: string): string {
  return JSON.stringify(value);
}
