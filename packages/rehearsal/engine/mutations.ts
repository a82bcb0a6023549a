import { ORIGINAL } from "../model/restore.js";

/** A change that the rehearsal's API server makes to objects of one kind at admission. */
export interface Mutation {
  readonly name: string;
  readonly group: string;
  readonly resource: string;
  readonly operations: readonly string[];
  /** CEL: condition. */
  readonly when: string;
  /** CEL: a list of JSONPatch. */
  readonly patch: string;
}

/** CEL: patches that add annotations to an object that has none. */
export const annotations =
  '(has(object.metadata.annotations) ? [] : [JSONPatch{op: "add", path: "/metadata/annotations", value: {}}])';

/** CEL: patches that store a value in an annotation, from which the report reads the original. */
export function keepInAnnotation(value: string, annotation = ORIGINAL): string {
  return `[JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("${annotation}"), value: ${value}}]`;
}

/** CEL: a string literal. */
export function text(value: string): string {
  return JSON.stringify(value);
}
