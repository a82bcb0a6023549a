import { parseAllDocuments } from "yaml";
import { groupOf, isKubeObject, type KubeObject } from "./objects.js";

/** Text of a tree's YAML files by path from its top. */
export type TreeFiles = ReadonlyMap<string, string>;

/** One document of a YAML file that looks like an object; parsed only where somebody asks. */
export interface ScannedDocument {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Line of the file at which it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * Every object of a tree, found by its first columns alone: a tree of a thousand objects is read with each rehearsal, and almost all
 * of what is asked needs no more than kinds. Templates of charts, which are no YAML, are found as well.
 */
export function scan(files: TreeFiles): ScannedDocument[] {
  return [...files].flatMap(([path, text]) => scanFile(path, text));
}

function scanFile(path: string, text: string): ScannedDocument[] {
  const found: ScannedDocument[] = [];
  let line = 1;
  for (const part of text.split(/^---(?=\s|$)/m)) {
    const apiVersion = topLevel(part, "apiVersion");
    const kind = topLevel(part, "kind");
    if (apiVersion !== undefined && kind !== undefined) found.push({ path, apiVersion, kind, line, text: part });
    line += part.split("\n").length - 1;
  }
  return found;
}

function topLevel(text: string, field: string): string | undefined {
  const block = new RegExp(`^${field}:[ \\t]*["']?([^\\s"'#]+)`, "m").exec(text)?.[1];
  if (block !== undefined) return block;
  // A document in one line, or JSON.
  return /^\s*\{/.test(text) ? new RegExp(`["']?${field}["']?:\\s*["']?([^\\s"',}]+)`).exec(text)?.[1] : undefined;
}

/** The object in a document; undefined where it is none or cannot be parsed: that is for the controllers to say. */
export function parsed({ text }: ScannedDocument): KubeObject | undefined {
  try {
    const value: unknown = parseAllDocuments(text)[0]?.toJS();
    return isKubeObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Objects of one kind, whatever version of their API they are written in. */
export function objectsOf(documents: readonly ScannedDocument[], group: string, kind: string): KubeObject[] {
  return documents
    .filter((one) => one.kind === kind && groupOf(one.apiVersion) === group)
    .flatMap((one) => parsed(one) ?? []);
}
