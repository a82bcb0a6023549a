import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { isScalar, LineCounter, parseDocument, visit } from "yaml";
import { checkout } from "../../packages/kit/state-folder.js";

/** The corpus: a program of several apps, written as apps/ is. */
export const corpus = join(checkout, "test/causes/corpus");

/** One literal of a source file. Found here by other means than the code under test has. */
export interface Place {
  readonly file: string;
  /** Offsets in the file, quotes included. */
  readonly start: number;
  readonly end: number;
  /** First and last line, from 1. */
  readonly lines: readonly [number, number];
  readonly kind: "text" | "number" | "boolean" | "template" | "setting";
  /** Lines of the calls around it, where each begins. */
  readonly calls: readonly number[];
}

/** Every literal of the corpus but those of settings.ts, which only reads. */
export function places(): Place[] {
  const programs = readdirSync(corpus).filter((file) => file.endsWith(".ts") && file !== "settings.ts");
  return [...programs.sort().flatMap(literalsOf), ...scalarsOf("settings.yaml")];
}

function literalsOf(file: string): Place[] {
  const source = ts.createSourceFile(file, readFileSync(join(corpus, file), "utf8"), ts.ScriptTarget.ES2022, true);
  const lineOf = (offset: number) => source.getLineAndCharacterOfPosition(offset).line + 1;
  const found: Place[] = [];
  const walk = (node: ts.Node, calls: readonly number[]): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    const kind = kindOf(node);
    const [start, end] = [node.getStart(source), node.getEnd()];
    if (kind) found.push({ file, start, end, lines: [lineOf(start), lineOf(end)], kind, calls });
    const inside = ts.isNewExpression(node) || ts.isCallExpression(node) ? [...calls, lineOf(start)] : calls;
    ts.forEachChild(node, (child) => walk(child, inside));
  };
  walk(source, []);
  return found;
}

function kindOf(node: ts.Node): Place["kind"] | undefined {
  if (ts.isStringLiteral(node)) return "text";
  if (ts.isNumericLiteral(node)) return "number";
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return "boolean";
  const part = ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
  return part && (node as ts.TemplateLiteralLikeNode).text.trim() !== "" ? "template" : undefined;
}

function scalarsOf(file: string): Place[] {
  const lines = new LineCounter();
  const found: Place[] = [];
  visit(parseDocument(readFileSync(join(corpus, file), "utf8"), { lineCounter: lines }), {
    Scalar(key, node) {
      if (key === "key" || !isScalar(node) || !node.range) return;
      const [start, end] = node.range;
      const line = lines.linePos(start).line;
      found.push({ file, start, end, lines: [line, line], kind: "setting", calls: [] });
    },
  });
  return found;
}

/** Another text in the place of a literal, and the line that changes. */
export interface Mutation {
  readonly place: Place;
  readonly text: string;
  readonly line: number;
}

/** @param random from 0 to 1, 1 excluded */
export function mutate(place: Place, random: () => number): Mutation {
  const whole = readFileSync(join(corpus, place.file), "utf8");
  const old = whole.slice(place.start, place.end);
  const [changed, offset] = changedText(old, place.kind, random);
  const line = place.lines[0] + (old.slice(0, offset).match(/\n/g)?.length ?? 0);
  return { place, text: whole.slice(0, place.start) + changed + whole.slice(place.end), line };
}

/** The changed text, and where in the old one it changes. */
function changedText(old: string, kind: Place["kind"], random: () => number): [string, number] {
  const pick = (count: number) => Math.floor(random() * count);
  if (old === "true" || old === "false") return [old === "true" ? "false" : "true", 0];
  if (/^\d[\d_]*$/.test(old)) return [String(Math.max(1, Number(old.replaceAll("_", "")) + 1 + pick(3))), 0];
  const digits = [...old.matchAll(/\d+/g)];
  if (digits.length > 0 && random() < 0.6) {
    const one = digits[pick(digits.length)] as RegExpExecArray;
    const next = String(Number(one[0]) + 1 + pick(2));
    return [old.slice(0, one.index) + next + old.slice(one.index + one[0].length), one.index];
  }
  const letters = [...old.matchAll(/[a-zA-Z]/g)].filter(({ index }) => old[index - 1] !== "\\");
  if (letters.length === 0) return [old, 0];
  const { index } = letters[pick(letters.length)] as RegExpExecArray;
  const letter = old[index] === "q" ? "z" : "q";
  const rest = random() < 0.5 ? old.slice(index) : old.slice(index + 1);
  // A template's text begins with a brace or a backtick and a setting may have no quotes: none of them is a letter.
  return [old.slice(0, index) + letter + rest, kind === "template" ? index : index];
}

/** A checkout whose program is the corpus with one mutation. */
export function mutatedCheckout(folder: string, { place, text }: Mutation): void {
  const program = join(folder, "test/causes/corpus");
  mkdirSync(program, { recursive: true });
  for (const shared of ["constructs", "node_modules", "package.json", "packages"]) {
    if (!existsSync(join(folder, shared))) symlinkSync(join(checkout, shared), join(folder, shared));
  }
  for (const file of readdirSync(corpus)) {
    writeFileSync(join(program, file), file === place.file ? text : readFileSync(join(corpus, file)));
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. @see https://github.com/cprosche/mulberry32 */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
