import { dnsSubdomain } from "@timonier/kit/dns-name";
import { isMap, isSeq, LineCounter, stringify } from "yaml";
import { groupOf, isKubeObject, type KubeObject } from "./kube-objects.js";
import { yamlDocuments } from "./yaml-text.js";

/** Text of a tree's YAML files by path from its top. */
export type TreeFiles = ReadonlyMap<string, string>;

/** A document of a YAML file that looks like an object. It is parsed on demand. */
export interface ScannedDocument {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Line of the file at which it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * Every object of a tree, found by unindented lines only: each rehearsal reads trees of a thousand
 * objects, and mostly needs their kinds. It also finds templates of charts, which are not YAML. A
 * List is replaced by its items, as in kustomize.
 */
export function scan(files: TreeFiles): ScannedDocument[] {
  return [...files].flatMap(([path, text]) => scanFile(path, text));
}

function scanFile(path: string, text: string): ScannedDocument[] {
  const found: ScannedDocument[] = [];
  let line = 1;
  for (const part of withoutByteOrderMark(text).split(/^---(?=\s|$)/m)) {
    const { apiVersion, kind } = typeOf(part);
    if (apiVersion !== undefined && kind !== undefined && isServable(apiVersion, kind))
      found.push(...withItems({ path, apiVersion, kind, line, text: part }));
    line += part.split("\n").length - 1;
  }
  return found;
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Maximum lengths for which derived names, such as `KINDList` and `PLURAL.GROUP`, are valid. */
const LONGEST = { kind: 59, group: 180, version: 63 };

/**
 * Whether an API server can serve a kind of this name. Files of other programs have fields with the same names.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function isServable(apiVersion: string, kind: string): boolean {
  const slash = apiVersion.indexOf("/");
  const [group, version] = [apiVersion.slice(0, Math.max(slash, 0)), apiVersion.slice(slash + 1)];
  return (
    kind.length <= LONGEST.kind &&
    LABEL.test(kind.toLowerCase()) &&
    version.length <= LONGEST.version &&
    LABEL.test(version) &&
    group.length <= LONGEST.group &&
    (slash === -1 || dnsSubdomain.test(group))
  );
}

interface Type {
  readonly apiVersion: string | undefined;
  readonly kind: string | undefined;
}

function typeOf(text: string): Type {
  const block = { apiVersion: BLOCK.apiVersion.exec(text)?.[1], kind: BLOCK.kind.exec(text)?.[1] };
  // A document in one line, or JSON.
  if ((block.apiVersion !== undefined && block.kind !== undefined) || !/^\s*\{/.test(text)) return block;
  try {
    const { apiVersion, kind } = JSON.parse(text) as Record<string, unknown>;
    return { apiVersion: textOf(apiVersion), kind: textOf(kind) };
  } catch {
    return { apiVersion: FLOW.apiVersion.exec(text)?.[1], kind: FLOW.kind.exec(text)?.[1] };
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

const BLOCK = {
  apiVersion: /^["']?apiVersion["']?:[ \t]*["']?([^\s"'#]+)/m,
  kind: /^["']?kind["']?:[ \t]*["']?([^\s"'#]+)/m,
};

const FLOW = {
  apiVersion: /["']?apiVersion["']?:\s*["']?([^\s"',}]+)/,
  kind: /["']?kind["']?:\s*["']?([^\s"',}]+)/,
};

/** Maximum depth of nested lists. */
const DEPTH = 3;

/** The document, or the items of a list. */
function withItems(document: ScannedDocument, depth = 0): ScannedDocument[] {
  if (!document.kind.endsWith("List") || depth === DEPTH) return [document];
  const items = itemsOf(document, depth > 0);
  return items === undefined ? [document] : items.flatMap((item) => withItems(item, depth + 1));
}

/** @returns undefined when it has no items or cannot be parsed */
function itemsOf({ path, line, text }: ScannedDocument, isNested: boolean): ScannedDocument[] | undefined {
  try {
    const lines = new LineCounter();
    const [document] = yamlDocuments(text, lines);
    const items = isMap(document?.contents) ? document.contents.get("items") : undefined;
    if (!document || document.errors.length > 0 || !isSeq(items)) return undefined;
    return items.items.flatMap((node) => {
      const item: unknown = isMap(node) ? node.toJS(document) : undefined;
      const { apiVersion, kind } = (item ?? {}) as Record<string, unknown>;
      if (typeof apiVersion !== "string" || typeof kind !== "string" || !isServable(apiVersion, kind)) return [];
      // A nested list was serialized, so its line numbers are not those of the file.
      const begins = isMap(node) && !isNested ? lines.linePos(node.range?.[0] ?? 0).line : 1;
      return [{ path, apiVersion, kind, line: line + begins - 1, text: stringify(item) }];
    });
  } catch {
    return undefined;
  }
}

/** The object in a document; undefined when it is not one or cannot be parsed, which the controllers report. */
export function parsed({ text }: ScannedDocument): KubeObject | undefined {
  try {
    const value: unknown = yamlDocuments(text)[0]?.toJS();
    return isKubeObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Objects of one kind, in any version of its API. */
export function objectsOf(documents: readonly ScannedDocument[], group: string, kind: string): KubeObject[] {
  return documents
    .filter((one) => one.kind === kind && groupOf(one.apiVersion) === group)
    .flatMap((one) => parsed(one) ?? []);
}
