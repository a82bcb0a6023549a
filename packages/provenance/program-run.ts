import type { RepositoryApps } from "@timonier/manifests/tree";
import { ApiObject, type App, Chart } from "cdk8s";
import { type IConstruct, Node } from "constructs";
import type { Substitutes, Value } from "./instrument.js";
import type { Listener, Program } from "./program.js";
import type { SettingsText } from "./settings-text.js";

/** An object of a manifest. */
export type Manifest = Readonly<Record<string, unknown>>;

/** One object that a run of the program made. */
export interface MadeObject {
  readonly repository: keyof RepositoryApps;
  /** Path of the file from the repository's top. */
  readonly file: string;
  /** Path of the construct; the same in every run that builds the same tree. */
  readonly place: string;
  readonly manifest: Manifest;
  /** Call in the program in which it was made, the innermost; a `new` before any other. undefined: in none. */
  readonly call: number | undefined;
  /** The same for the file that it is in. */
  readonly chartCall: number | undefined;
  /** How many literals had been passed when it was made. */
  readonly moment: number;
}

/** What one run did. */
export interface Run {
  readonly objects: readonly MadeObject[];
  /** For each literal the moments at which it was passed, in order. */
  readonly passed: ReadonlyMap<number, readonly number[]>;
}

/** The two functions that a program has. */
interface Entry {
  readonly buildApps: (input: unknown) => RepositoryApps;
  readonly parseSettings: (text: string, where?: string) => unknown;
}

/** What is run: a program, its settings, and what else it is told. */
export interface Subject {
  readonly program: Program;
  readonly settings: SettingsText;
  readonly inputOf: (settings: unknown) => unknown;
}

/** Runs the program once. @throws whatever it throws */
export function run({ program, settings, inputOf }: Subject, substitutes: Substitutes): Run {
  const recorder = new Recorder(program, substitutes);
  return recorder.listen(() => {
    const load = program.start(recorder);
    const { buildApps } = load("main.ts") as unknown as Entry;
    const { parseSettings } = load("settings.ts") as unknown as Entry;
    const apps = buildApps(inputOf(parseSettings(settings.with(substitutes))));
    const objects = (["setup", "application"] as const).flatMap((repository) =>
      objectsOf(apps[repository]).map((object) => made(repository, apps[repository], object, recorder)),
    );
    return { objects, passed: recorder.passed };
  });
}

function objectsOf(app: App): ApiObject[] {
  return app.node.findAll().filter((construct) => construct instanceof ApiObject);
}

function made(repository: keyof RepositoryApps, app: App, object: ApiObject, recorder: Recorder): MadeObject {
  const file = `${app.outdir}/${Chart.of(object).node.id}${app.outputFileExtension}`;
  const { call, moment } = recorder.births.get(object) ?? { call: undefined, moment: 0 };
  let rendered: Manifest | undefined;
  return {
    repository,
    file,
    place: object.node.path,
    call,
    chartCall: recorder.births.get(Chart.of(object))?.call,
    moment,
    // Rendering is most of the work, and an experiment asks for one object.
    get manifest() {
      rendered ??= object.toJson() as Manifest;
      return rendered;
    },
  };
}

interface Birth {
  readonly call: number | undefined;
  readonly moment: number;
}

/** Private in the library, but the one place that every construct passes: its version is pinned, and a test holds it. */
const nodes = Node.prototype as unknown as { addChild(child: IConstruct, name: string): void };

class Recorder implements Listener {
  readonly passed = new Map<number, number[]>();
  readonly births = new WeakMap<IConstruct, Birth>();
  private readonly open: number[] = [];
  private moment = 0;

  constructor(
    private readonly program: Program,
    private readonly substitutes: Substitutes,
  ) {}

  literal(id: number, value: Value): Value {
    const moments = this.passed.get(id);
    if (moments) moments.push(++this.moment);
    else this.passed.set(id, [++this.moment]);
    return this.substitutes.get(id) ?? value;
  }

  enter(id: number): void {
    this.open.push(id);
  }

  leave(): void {
    this.open.pop();
  }

  /** Notes each construct that is made while the work is done. */
  listen<T>(work: () => T): T {
    const addChild = nodes.addChild;
    const note = (child: IConstruct) => this.births.set(child, { call: this.innermost(), moment: this.moment });
    nodes.addChild = function (child, name) {
      note(child);
      addChild.call(this, child, name);
    };
    try {
      return work();
    } finally {
      nodes.addChild = addChild;
    }
  }

  private innermost(): number | undefined {
    return this.open.findLast((id) => this.program.calls.get(id)?.made) ?? this.open.at(-1);
  }
}
