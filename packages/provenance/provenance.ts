import { parse } from "node:path/posix";
import { isChartFile } from "@timonier/kit/plain-file";
import { checkout } from "@timonier/kit/state-folder";
import type { ObjectProvenance } from "@timonier/manifests/object-provenance";
import type { Trees } from "@timonier/manifests/tree";
import { same } from "./field-changes.js";
import { LiteralSearch } from "./literal-search.js";
import { identityOf, parseManifests } from "./manifest-identity.js";
import { Program } from "./program.js";
import {
  type DifferencesText,
  type Manifest,
  type ProgramRun,
  runProgram,
  type Subject,
  type SynthesizedObject,
} from "./program-run.js";
import { SettingsText } from "./settings-text.js";

/** Options of {@link provenanceOf}. */
export interface ProvenanceOptions {
  /** Text of apps/settings.yaml. */
  readonly settings: string;
  /** Differences of the environment that is synthesized. @default the settings as they are */
  readonly differences?: WrittenDifferences | undefined;
  /** What `buildApps` is called with, for settings that `parseSettings` made of the text. */
  readonly inputOf: (settings: never) => unknown;
  /**
   * Result of the earlier synthesis. Objects that are equal to it, or not in it, get the line of
   * their construct.
   *
   * @default none
   */
  readonly base?: Trees;
  /** Folder of the checkout. @default this one */
  readonly root?: string;
  /** Folder of the program in it. @default "apps" */
  readonly program?: string;
  /**
   * Longest time of the search for values, in milliseconds; objects without a result get the line
   * of their construct.
   *
   * @default 20,000
   */
  readonly timeout?: number;
}

/** Where the differences of an environment are written. */
export interface WrittenDifferences {
  /** Text of the file. */
  readonly text: string;
  /** Its path in the checkout: apps/environments.yaml. */
  readonly file: string;
  /** The differences in a version of the text. */
  readonly read: DifferencesText["read"];
}

/**
 * Finds the source line behind each object of a program: the line of the value that made the object
 * differ from the earlier synthesis, or else the line of the construct.
 *
 * The program runs in this process with freshly loaded modules: first as it is, then, for each
 * object that differs, with literals replaced by values that they may have had. The literal whose
 * replacement restores the former object is its provenance.
 *
 * @returns an entry for each object that a call in the program made, in the order of the manifests
 * @throws the errors of the program
 */
export async function provenanceOf(options: ProvenanceOptions): Promise<ObjectProvenance[]> {
  const { root = checkout, program: folder = "apps", timeout = 20_000 } = options;
  // Loaded on demand: the TypeScript compiler takes 0.4 s to load, and only this function uses it.
  const { default: ts } = await import("typescript");
  const program = new Program(ts, { root, folder });
  const settings = new SettingsText(options.settings, `${folder}/settings.yaml`);
  const { size } = settings.literals;
  const differences = options.differences && {
    text: new SettingsText(options.differences.text, options.differences.file, size),
    read: options.differences.read,
  };
  const inputOf = options.inputOf as (settings: unknown) => unknown;
  const subject: Subject = { program, settings, differences, inputOf };
  const now = runProgram(subject, new Map());
  const search = new LiteralSearch(subject, now, Date.now() + timeout);
  const former = options.base && new Former(options.base, now);
  return now.objects.flatMap((object) => {
    const before = former?.of(object);
    const changed = former !== undefined && !(before && same(before, object.manifest));
    const place = placeOf(subject, object, search, changed ? before : undefined);
    const { repository, file: path } = object;
    if (!place) return [];
    const app = parse(program.calls.get(object.chartCall ?? Number.NaN)?.file ?? place.file).name;
    return [{ ...identityOf(object.manifest), ...place, app, changed, repository, path }];
  });
}

type Place = Pick<ObjectProvenance, "file" | "line" | "of">;

function placeOf(
  subject: Subject,
  object: SynthesizedObject,
  search: LiteralSearch,
  before?: Manifest,
): Place | undefined {
  if (before) {
    const found = search.lineBehind(object, before);
    if (found) return { ...found, of: "value" };
  }
  const call = object.call === undefined ? undefined : subject.program.calls.get(object.call);
  return call && { file: call.file, line: call.line, of: "construct" };
}

/** Objects of the earlier synthesis. */
class Former {
  private readonly objects = new Map<string, Manifest>();
  private readonly renamed = new Map<SynthesizedObject, Manifest>();

  constructor(base: Trees, now: ProgramRun) {
    for (const repository of ["setup", "application"] as const) {
      for (const [path, text] of base[repository]) {
        if (!/\.ya?ml$/.test(path) || isChartFile(path)) continue;
        for (const manifest of parseManifests(text)) this.objects.set(keyOf(repository, manifest), manifest);
      }
    }
    this.pairRenamed(now);
  }

  of(object: SynthesizedObject): Manifest | undefined {
    return this.objects.get(keyOf(object.repository, object.manifest)) ?? this.renamed.get(object);
  }

  /**
   * Where equally many objects, in all or of one kind, are new and gone, they were renamed in the
   * same order.
   */
  private pairRenamed(now: ProgramRun): void {
    const keys = new Set(now.objects.map(({ repository, manifest }) => keyOf(repository, manifest)));
    const gone = [...this.objects].filter(([key]) => !keys.has(key)).map(([, manifest]) => manifest);
    const made = now.objects.filter(({ repository, manifest }) => !this.objects.has(keyOf(repository, manifest)));
    const pair = (to: readonly SynthesizedObject[], from: readonly Manifest[]) => {
      if (from.length !== to.length) return;
      for (const [index, object] of to.entries()) this.renamed.set(object, from[index] as Manifest);
    };
    pair(made, gone);
    for (const kind of new Set(made.map(({ manifest }) => manifest.kind))) {
      const isOfKind = (manifest: Manifest) => manifest.kind === kind;
      pair(
        made.filter(({ manifest }) => isOfKind(manifest)),
        gone.filter(isOfKind),
      );
    }
  }
}

function keyOf(repository: string, manifest: Manifest): string {
  const { apiVersion, kind, namespace, name } = identityOf(manifest);
  return [repository, apiVersion, kind, namespace ?? "", name].join("\n");
}
