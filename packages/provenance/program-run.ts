import { objectsOf, type RepositoryApps } from "@timonier/manifests/tree";
import { type ApiObject, Chart } from "cdk8s";
import { type IConstruct, Node } from "constructs";
import type { Substitutes, Value } from "./instrument.js";
import type { Listener, Program } from "./program.js";
import type { SettingsText } from "./settings-text.js";

/** An object of a manifest. */
export type Manifest = Readonly<Record<string, unknown>>;

/** One object of a run of the program. */
export interface SynthesizedObject {
  readonly repository: keyof RepositoryApps;
  /** Path of the file in the repository. */
  readonly file: string;
  /** Path of the construct, which is equal in all runs that build the same tree. */
  readonly place: string;
  readonly manifest: Manifest;
  /**
   * Id of the innermost `new`, or else of the innermost call, that made it.
   *
   * @default made outside of the program
   */
  readonly call: number | undefined;
  /** Id of the call that made the chart. */
  readonly chartCall: number | undefined;
  /** Number of literals that the program had used when it was made. */
  readonly moment: number;
}

/** Result of one run. */
export interface ProgramRun {
  readonly objects: readonly SynthesizedObject[];
  /** For each literal the moments at which the program used it, in order. */
  readonly passed: ReadonlyMap<number, readonly number[]>;
}

/** What differs from the settings in one environment. */
interface Differences {
  readonly patch: unknown;
  readonly where: string;
}

/** The file in which differences of environments are written. */
export interface DifferencesText {
  readonly text: SettingsText;
  /** The differences in a version of the text. */
  readonly read: (text: string) => Differences;
}

/** Functions that a program exports. */
interface Entry {
  readonly buildApps: (input: unknown) => RepositoryApps;
  readonly parseSettings: (text: string, where?: string, differences?: Differences) => unknown;
}

/** A program with its settings and other input. */
export interface Subject {
  readonly program: Program;
  readonly settings: SettingsText;
  /** @default the settings as they are */
  readonly differences?: DifferencesText | undefined;
  readonly inputOf: (settings: unknown) => unknown;
}

/** Runs the program once. @throws the errors of the program */
export function runProgram({ program, settings, differences, inputOf }: Subject, substitutes: Substitutes): ProgramRun {
  const recorder = new Recorder(program, substitutes);
  return recorder.listen(() => {
    const load = program.start(recorder);
    const { buildApps } = load("main.ts") as unknown as Entry;
    const { parseSettings } = load("settings.ts") as unknown as Entry;
    const patch = differences?.read(differences.text.with(substitutes));
    const apps = buildApps(inputOf(parseSettings(settings.with(substitutes), undefined, patch)));
    const objects = (["setup", "application"] as const).flatMap((repository) =>
      apps[repository]
        .flatMap((set) => set.apps)
        .flatMap(objectsOf)
        .map(({ file, object }) => describeObject(repository, file, object, recorder)),
    );
    return { objects, passed: recorder.passed };
  });
}

function describeObject(
  repository: keyof RepositoryApps,
  file: string,
  object: ApiObject,
  recorder: Recorder,
): SynthesizedObject {
  const { call, moment } = recorder.births.get(object) ?? { call: undefined, moment: 0 };
  let rendered: Manifest | undefined;
  return {
    repository,
    file,
    place: object.node.path,
    call,
    chartCall: recorder.births.get(Chart.of(object))?.call,
    moment,
    // Rendered on demand: rendering is most of the work, and a search needs one object.
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

/** Private in the library, but called for every construct. The version is pinned, and a test checks it. */
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

  /** Records each construct that the work makes. */
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
