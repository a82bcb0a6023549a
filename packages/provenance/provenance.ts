import { parse } from "node:path/posix";
import { checkout } from "@timonier/kit/state-folder";
import type { ObjectCause } from "@timonier/manifests/object-provenance";
import type { Trees } from "@timonier/manifests/tree";
import { same } from "./field-changes.js";
import { Search } from "./literal-search.js";
import { identityOf, parseManifests } from "./manifest-identity.js";
import { Program } from "./program.js";
import { type MadeObject, type Manifest, type Run, run, type Subject } from "./program-run.js";
import { SettingsText } from "./settings-text.js";

/** Whose causes, and since when. */
export interface CausesOptions {
  /** Text of apps/settings.yaml. */
  readonly settings: string;
  /** What `buildApps` is called with, for settings that `parseSettings` made of the text. */
  readonly inputOf: (settings: never) => unknown;
  /** What was synthesized before. Objects that are the same, or have no predecessor there, get their construct's line. @default nothing */
  readonly base?: Trees;
  /** Folder of the checkout. @default this one */
  readonly root?: string;
  /** Folder of the program in it. @default "apps" */
  readonly program?: string;
  /** Longest time for looking for values; what is not found by then gets its construct's line. In milliseconds. @default 20,000 */
  readonly timeout?: number;
}

/**
 * For each object that a program makes the line in it: of the value that made the object differ from what it was, and
 * else of the construct.
 *
 * The program is run in this process, with every module new, first as it is and then, for each object that differs, with
 * literals replaced by what they may have been: the one that brings the former object back is its cause.
 *
 * @returns one for each object that was made by a call in the program, in the order of the manifests
 * @throws whatever the program throws
 */
export async function causesOf(options: CausesOptions): Promise<ObjectCause[]> {
  const { root = checkout, program: folder = "apps", timeout = 20_000 } = options;
  // The compiler is large, and nobody else needs it.
  const { default: ts } = await import("typescript");
  const program = new Program(ts, { root, folder });
  const settings = new SettingsText(options.settings, `${folder}/settings.yaml`);
  const subject: Subject = { program, settings, inputOf: options.inputOf as (settings: unknown) => unknown };
  const now = run(subject, new Map());
  const search = new Search(subject, now, Date.now() + timeout);
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

type Place = Pick<ObjectCause, "file" | "line" | "of">;

function placeOf(subject: Subject, object: MadeObject, search: Search, before?: Manifest): Place | undefined {
  if (before) {
    const found = search.lineBehind(object, before);
    if (found) return { ...found, of: "value" };
  }
  const call = object.call === undefined ? undefined : subject.program.calls.get(object.call);
  return call && { file: call.file, line: call.line, of: "construct" };
}

/** The objects of an earlier synthesis. */
class Former {
  private readonly objects = new Map<string, Manifest>();
  private readonly renamed = new Map<MadeObject, Manifest>();

  constructor(base: Trees, now: Run) {
    for (const repository of ["setup", "application"] as const) {
      for (const [path, text] of base[repository]) {
        if (!/\.ya?ml$/.test(path)) continue;
        for (const manifest of parseManifests(text)) this.objects.set(keyOf(repository, manifest), manifest);
      }
    }
    this.pairRenamed(now);
  }

  of(object: MadeObject): Manifest | undefined {
    return this.objects.get(keyOf(object.repository, object.manifest)) ?? this.renamed.get(object);
  }

  /** As many objects, in all or of a kind, are new as are gone: then they have other names, in the same order. */
  private pairRenamed(now: Run): void {
    const keys = new Set(now.objects.map(({ repository, manifest }) => keyOf(repository, manifest)));
    const gone = [...this.objects].filter(([key]) => !keys.has(key)).map(([, manifest]) => manifest);
    const made = now.objects.filter(({ repository, manifest }) => !this.objects.has(keyOf(repository, manifest)));
    const pair = (to: readonly MadeObject[], from: readonly Manifest[]) => {
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
