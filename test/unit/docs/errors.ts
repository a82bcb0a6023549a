import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { type ErrorCode, errorCauses } from "../../../packages/kit/error-codes.js";
import { checkout } from "../../../packages/kit/state-folder.js";

/** Page that {@link renderErrors} writes. */
export const errorsFile = join(checkout, "docs/errors.md");

/** One place in the program that reports an error. */
export interface ErrorPlace {
  readonly file: string;
  readonly code: string;
  /** Its message, with `…` for what is known only when it happens. */
  readonly what: string;
  readonly fix: string;
}

/** Areas of the codes by their first digit, in the order of the page. */
const areas: Readonly<Record<string, string>> = {
  1: "Command line, settings and state",
  2: "Tools and Node.js",
  3: "Clusters",
  4: "GitLab",
  5: "Flux",
  6: "Rehearsals",
  7: "Trees, merge requests and reports",
  8: "Applications",
};

/** Calls that report an error to a user: classes, and the function of the launcher, which has no packages yet. */
const reporters = new Set(["UserError", "ClusterUnavailable", "NodeError", "fail", "super"]);

/** Every place of the program that reports an error with a code, in the order of files. */
export function errorPlaces(): ErrorPlace[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx", "*.mjs"],
    {
      cwd: checkout,
      encoding: "utf8",
    },
  );
  const files = listed
    .split("\n")
    .filter((file) => /^(apps|bench|cli|constructs|examples|infra|packages|simulators)\//.test(file));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(checkout, file), "utf8");
    return text.includes("TIM-") ? placesOf(file, text) : [];
  });
}

/** The same for the text of one file. */
export function placesOf(file: string, text: string): ErrorPlace[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: ErrorPlace[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && reporters.has(node.expression.getText())) {
      const [what, , fix] = node.arguments ?? [];
      for (const [, code = ""] of node.getText().matchAll(/"(TIM-\d{3})"/g)) {
        found.push({ file, code, what: messageOf(what), fix: messageOf(fix) });
      }
    }
    // A class whose errors all have one code.
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteral(node.initializer)) {
      const code = node.initializer.text;
      if (/^TIM-\d{3}$/.test(code)) found.push({ file, code, what: "…", fix: "…" });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A literal's text; `…` stands for each expression in it, and for anything else. */
function messageOf(node: ts.Expression | undefined): string {
  if (node === undefined) return "…";
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return "…";
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
}

/** The page: a heading for each code, so that a link can name it. */
export function renderErrors(places: readonly ErrorPlace[]): string {
  const codes = Object.keys(errorCauses) as ErrorCode[];
  const sections = Object.entries(areas).flatMap(([digit, area]) => {
    const own = codes.filter((code) => code[4] === digit);
    return own.length === 0 ? [] : [`## ${area}`, ...own.map((code) => renderCode(code, places))];
  });
  return [
    "# Errors",
    [
      "Every error says what is wrong, where, and the fix, and ends with a code. This page has the cause of each code. `…` stands for a value that",
      "the message has. `TIMONIER_WRITE_DOCS=1 npx vitest run --project unit test/unit/docs` writes this page from `packages/kit/error-codes.ts`",
      "and from the places that report errors.",
    ].join("\n"),
    ...sections,
    "",
  ]
    .join("\n\n")
    .replace(/\n\n$/, "\n");
}

function renderCode(code: ErrorCode, places: readonly ErrorPlace[]): string {
  const own = places.filter((place) => place.code === code);
  const lines = [...new Set(own.flatMap(({ what }) => (what.replaceAll("…", "").trim() === "" ? [] : [what])))];
  const fixes = [...new Set(own.flatMap(({ fix }) => (fix.replaceAll("…", "").trim() === "" ? [] : [fix])))];
  const files = [...new Set(own.map(({ file }) => file))];
  return [
    `### ${code}`,
    errorCauses[code],
    [
      ...lines.map((line) => `- Message: ${asCode(line)}`),
      ...fixes.map((fix) => `- Fix: ${escaped(fix)}`),
      `- In ${files.map((file) => `[${file}](../${file})`).join(", ")}`,
    ].join("\n"),
  ].join("\n\n");
}

const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, " ").trim();
const asCode = (text: string) => `\`${oneLine(text).replaceAll("`", "'")}\``;
/** Text that may hold commands in backticks, and must not become HTML or a link. */
const escaped = (text: string) => oneLine(text).replaceAll(/[<>[\]]/g, (sign) => `\\${sign}`);
