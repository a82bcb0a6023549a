import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";
import { UserError } from "@timonier/kit/user-error";
import {
  type Call,
  type Compiler,
  hooks,
  type Instrumented,
  instrument,
  type Literal,
  type Value,
} from "./instrument.js";

type Exports = Readonly<Record<string, unknown>>;
type ModuleFunction = (module: { exports: Exports }, exports: Exports, require: unknown, ...hooked: unknown[]) => void;

/** Receives the literals and calls of a running module. */
export interface Listener {
  /** @returns the value that the program uses */
  literal(id: number, value: Value): Value;
  enter(id: number): void;
  leave(): void;
}

/** Folders of a program. */
export interface ProgramPlace {
  /** Folder of the checkout. */
  readonly root: string;
  /** Folder of the program in it, with its main.ts and settings.ts. */
  readonly folder: string;
}

/**
 * A program in TypeScript that can run many times, each time with freshly loaded modules and with
 * other values for its literals. It uses the packages of this process.
 */
export class Program {
  readonly literals = new Map<number, Literal>();
  readonly calls = new Map<number, Call>();
  private readonly modules = new Map<string, ModuleFunction>();
  private readonly require: NodeJS.Require;
  private next = 0;

  constructor(
    private readonly ts: Compiler,
    private readonly place: ProgramPlace,
  ) {
    this.require = createRequire(join(place.root, "package.json"));
  }

  /** Loads modules of the program's folder, and everything that they import, for one run. */
  start(listener: Listener): (name: string) => Exports {
    const loaded = new Map<string, { exports: Exports }>();
    const load = (file: string): Exports => {
      const known = loaded.get(file);
      if (known) return known.exports;
      const module = { exports: {} };
      loaded.set(file, module);
      const require = (specifier: string) =>
        specifier.startsWith(".") ? load(sourceOf(file, specifier)) : this.package(specifier, load);
      const { literal, enter, leave } = listener;
      const left = (_entered: unknown, result: unknown) => {
        leave.call(listener);
        return result;
      };
      const meta = { url: pathToFileURL(file).href };
      this.compiled(file)(module, module.exports, require, literal.bind(listener), enter.bind(listener), left, meta);
      return module.exports;
    };
    return (name) => load(join(this.place.root, this.place.folder, name));
  }

  /** Packages of this checkout are TypeScript; all others are loaded by Node.js. */
  private package(specifier: string, load: (file: string) => Exports): unknown {
    return specifier.startsWith("@timonier/") ? load(this.require.resolve(specifier)) : this.require(specifier);
  }

  private compiled(file: string): ModuleFunction {
    const known = this.modules.get(file);
    if (known) return known;
    const { code, literals, calls } = this.instrumented(file);
    for (const literal of literals) this.literals.set(literal.id, literal);
    for (const call of calls) this.calls.set(call.id, call);
    this.next += literals.length + calls.length;
    const made = compileFunction(code, ["module", "exports", "require", ...hooks], {
      filename: file,
    }) as ModuleFunction;
    this.modules.set(file, made);
    return made;
  }

  private instrumented(file: string): Instrumented {
    const path = relative(this.place.root, file).split(sep).join("/");
    const own = path.startsWith(`${this.place.folder}/`);
    const watched = own ? "literals and calls" : path.startsWith("constructs/") ? "literals" : "nothing";
    return instrument(this.ts, { file: path, text: readFileSync(file, "utf8"), watched, firstId: this.next });
  }
}

/** The TypeScript file behind an import of `./name.js`. */
function sourceOf(importer: string, specifier: string): string {
  const path = join(dirname(importer), specifier);
  const found = [path.replace(/\.js$/, ".ts"), path, `${path}.ts`].find((file) => existsSync(file));
  if (found) return found;
  throw new UserError(`the imported file "${specifier}" does not exist`, importer, "correct the import", {
    code: "TIM-803",
  });
}
