import type * as Module from "typescript";
import type TypeScript from "typescript";

/** The TypeScript compiler, which is loaded on demand. */
export type Compiler = typeof Module.default;

/** A written value: a literal in a program, or a scalar in its settings. */
export interface Literal {
  /** Unique in a program. */
  readonly id: number;
  /** Relative to the checkout. */
  readonly file: string;
  /** First line, from 1. */
  readonly line: number;
  readonly value: Value;
  /** Whether its lines are lines of the file: a template. @default false */
  readonly multiline?: boolean;
  /** Names of the property that it is written for and of the properties around it, the innermost first. */
  readonly keys: readonly string[];
}

export type Value = string | number | boolean;

/** Replaced values, by literal. */
export type Substitutes = ReadonlyMap<number, Value>;

/** A call, or a `new`, in a program. */
export interface Call {
  readonly id: number;
  readonly file: string;
  readonly line: number;
  readonly made: boolean;
}

/** A module as the text of a CommonJS function, with the literals and calls that it reports by id. */
export interface Instrumented {
  readonly code: string;
  readonly literals: readonly Literal[];
  readonly calls: readonly Call[];
}

/**
 * Names that an instrumented module expects: `(id, value) => value`, `(id) => void`, `(nothing,
 * result) => result`.
 */
export const hooks = ["$literal", "$enter", "$leave", "$meta"] as const;

/** What a module reports. `nothing`: the module is only made runnable. */
export type Watched = "literals and calls" | "literals" | "nothing";

/** A module to instrument. */
export interface ModuleSource {
  /** Path relative to the checkout. */
  readonly file: string;
  readonly text: string;
  readonly watched: Watched;
  /** Id of its first literal or call. */
  readonly firstId: number;
}

/**
 * Rewrites a module: each literal goes through `$literal`, which may replace it, and each call is
 * reported.
 */
export function instrument(ts: Compiler, { file, text, watched, firstId }: ModuleSource): Instrumented {
  const rewriter = new Rewriter(ts, file, firstId, watched === "literals and calls");
  const { outputText } = ts.transpileModule(text, {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
    transformers: { before: [watched === "nothing" ? rewriter.runnable : rewriter.transformer] },
  });
  return { code: outputText, literals: rewriter.literals, calls: rewriter.calls };
}

class Rewriter {
  readonly literals: Literal[] = [];
  readonly calls: Call[] = [];
  private readonly keys: string[] = [];
  private source: TypeScript.SourceFile | undefined;
  private context: TypeScript.TransformationContext | undefined;

  constructor(
    private readonly ts: Compiler,
    private readonly file: string,
    private next: number,
    private readonly withCalls: boolean,
  ) {}

  readonly transformer: TypeScript.TransformerFactory<TypeScript.SourceFile> = (context) => (source) => {
    [this.source, this.context] = [source, context];
    return this.ts.visitEachChild(source, this.visit, context);
  };

  /** Replaces only what a CommonJS function cannot contain. */
  readonly runnable: TypeScript.TransformerFactory<TypeScript.SourceFile> = (context) => (source) => {
    const visit = (node: TypeScript.Node): TypeScript.Node =>
      this.ts.isMetaProperty(node)
        ? this.ts.factory.createIdentifier("$meta")
        : this.ts.visitEachChild(node, visit, context);
    return this.ts.visitEachChild(source, visit, context);
  };

  private readonly visit = (node: TypeScript.Node): TypeScript.VisitResult<TypeScript.Node> => {
    const { ts } = this;
    if (this.isFixed(node)) return node;
    if (ts.isMetaProperty(node)) return ts.factory.createIdentifier("$meta");
    const value = this.valueOf(node);
    if (value !== undefined) return this.literal(node, value, node as TypeScript.Expression);
    if (ts.isTemplateExpression(node)) return this.template(node);
    if (ts.isPropertyAssignment(node)) return this.property(node);
    // The literal of `const port = 80` is written for `port`, as that of `{ port: 80 }` is.
    const named =
      (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name);
    if (named) this.keys.push((node.name as TypeScript.Identifier).text);
    const visited = ts.visitEachChild(node, this.visit, this.context);
    if (named) this.keys.pop();
    return this.withCalls && this.isCall(node) ? this.call(node, visited as TypeScript.Expression) : visited;
  };

  /**
   * Whether a node is not a value of the running program: a type, the name of a module or member, a
   * directive.
   */
  private isFixed(node: TypeScript.Node): boolean {
    const { ts } = this;
    return (
      ts.isTypeNode(node) ||
      ts.isImportDeclaration(node) ||
      ts.isExportDeclaration(node) ||
      ts.isEnumDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isTaggedTemplateExpression(node) ||
      ((ts.isStringLiteral(node) || ts.isNumericLiteral(node)) &&
        (ts.isMethodDeclaration(node.parent) || ts.isPropertyDeclaration(node.parent)) &&
        node.parent.name === node) ||
      (ts.isStringLiteral(node) && ts.isBindingElement(node.parent) && node.parent.propertyName === node) ||
      (ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression)) ||
      (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    );
  }

  private valueOf(node: TypeScript.Node): Value | undefined {
    const { ts } = this;
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
    if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
    const negative = ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken;
    return negative && ts.isNumericLiteral(node.operand) ? -Number(node.operand.text) : undefined;
  }

  private literal(at: TypeScript.Node, value: Value, expression: TypeScript.Expression): TypeScript.Expression {
    const id = this.next++;
    const multiline =
      typeof value === "string" && this.lineOf(at) + value.split("\n").length - 1 === this.lastLineOf(at);
    const place = { file: this.file, line: this.lineOf(at), multiline };
    this.literals.push({ id, ...place, value, keys: this.keys.toReversed() });
    const { factory } = this.ts;
    return factory.createCallExpression(factory.createIdentifier("$literal"), undefined, [
      factory.createNumericLiteral(id),
      expression,
    ]);
  }

  /** `a${b}c` as `${"a"}${b}${"c"}`: each part of the text is a literal of its own. */
  private template(node: TypeScript.TemplateExpression): TypeScript.Expression {
    const { factory } = this.ts;
    const parts: TypeScript.Expression[] = [];
    const text = (part: TypeScript.TemplateHead | TypeScript.TemplateMiddle | TypeScript.TemplateTail) => {
      if (part.text !== "") parts.push(this.literal(part, part.text, factory.createStringLiteral(part.text)));
    };
    text(node.head);
    for (const span of node.templateSpans) {
      parts.push(this.ts.visitNode(span.expression, this.visit) as TypeScript.Expression);
      text(span.literal);
    }
    const spans = parts.map((part, index) => {
      const last = index === parts.length - 1;
      return factory.createTemplateSpan(part, last ? factory.createTemplateTail("") : factory.createTemplateMiddle(""));
    });
    return factory.createTemplateExpression(factory.createTemplateHead(""), spans);
  }

  private property(node: TypeScript.PropertyAssignment): TypeScript.Node {
    const { ts } = this;
    const named = ts.isStringLiteral(node.name) || ts.isIdentifier(node.name) || ts.isNumericLiteral(node.name);
    const name = ts.isStringLiteral(node.name)
      ? ts.factory.createComputedPropertyName(this.literal(node.name, node.name.text, node.name))
      : (ts.visitNode(node.name, this.visit) as TypeScript.PropertyName);
    if (named) this.keys.push((node.name as TypeScript.Identifier).text);
    const initializer = ts.visitNode(node.initializer, this.visit) as TypeScript.Expression;
    if (named) this.keys.pop();
    return ts.factory.updatePropertyAssignment(node, name, initializer);
  }

  private isCall(node: TypeScript.Node): node is TypeScript.CallExpression | TypeScript.NewExpression {
    const { ts } = this;
    if (ts.isNewExpression(node)) return true;
    return (
      ts.isCallExpression(node) &&
      node.expression.kind !== ts.SyntaxKind.SuperKeyword &&
      (node.flags & ts.NodeFlags.OptionalChain) === 0
    );
  }

  /** `$leave($enter(7), f(x))`: arguments are evaluated in their order. */
  private call(
    node: TypeScript.CallExpression | TypeScript.NewExpression,
    visited: TypeScript.Expression,
  ): TypeScript.Expression {
    const { ts } = this;
    const id = this.next++;
    const method = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression);
    const at = method ? (node.expression as TypeScript.PropertyAccessExpression).name : node;
    this.calls.push({ id, file: this.file, line: this.lineOf(at), made: ts.isNewExpression(node) });
    const report = (name: string, ...args: TypeScript.Expression[]) =>
      ts.factory.createCallExpression(ts.factory.createIdentifier(name), undefined, args);
    return report("$leave", report("$enter", ts.factory.createNumericLiteral(id)), visited);
  }

  private lastLineOf(node: TypeScript.Node): number {
    return (this.source as TypeScript.SourceFile).getLineAndCharacterOfPosition(node.getEnd()).line + 1;
  }

  private lineOf(node: TypeScript.Node): number {
    const source = this.source as TypeScript.SourceFile;
    return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  }
}
