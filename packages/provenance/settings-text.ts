import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from "yaml";
import type { Literal, Substitutes, Value } from "./instrument.js";

/** A settings file whose scalars can be replaced like literals; their ids are negative. */
export class SettingsText {
  readonly literals = new Map<number, Literal>();
  private readonly paths = new Map<number, readonly Step[]>();

  /**
   * @param file relative to the checkout
   * @param others number of scalars in other settings files of the program, so that ids differ
   */
  constructor(
    private readonly text: string,
    file: string,
    others = 0,
  ) {
    const lines = new LineCounter();
    for (const { node, path } of scalars(parseDocument(text, { lineCounter: lines }).contents, [])) {
      const { value, range } = node;
      if (!isValue(value) || !range) continue;
      const id = -(others + this.literals.size + 1);
      const keys = path.filter((step) => typeof step === "string").toReversed();
      this.literals.set(id, { id, file, line: lines.linePos(range[0]).line, value, keys });
      this.paths.set(id, path);
    }
  }

  /** The text with other values for its scalars. */
  with(substitutes: Substitutes): string {
    const own = [...substitutes].filter(([id]) => this.paths.has(id));
    if (own.length === 0) return this.text;
    const document = parseDocument(this.text);
    for (const [id, value] of own) document.setIn(this.paths.get(id) ?? [], value);
    return String(document);
  }
}

type Step = string | number;

function scalars(node: Node | null, path: readonly Step[]): Array<{ node: Scalar; path: readonly Step[] }> {
  if (isScalar(node)) return [{ node, path }];
  if (isMap<Scalar, Node>(node)) {
    return node.items.flatMap(({ key, value }) => scalars(value, [...path, String(key.value)]));
  }
  if (isSeq<Node>(node)) return node.items.flatMap((item, index) => scalars(item, [...path, index]));
  return [];
}

function isValue(value: unknown): value is Value {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
