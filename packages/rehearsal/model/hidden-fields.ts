import type { ObjectRef } from "@timonier/kit/kube-discovery";
import { parse } from "yaml";
import { at, groupOf, type KubeObject, keyOf, labelOf, type Snapshot } from "./kube-objects.js";
import { byKey, inventories, ownerOf } from "./owners.js";
import { leavesOf, referencesOf, SHORTEST, valuesOf } from "./redact.js";
import { expand, HIDDEN, type Occurrence, type Value } from "./substitutions.js";

/** A rule that hides text in the objects of one Kustomization or HelmRelease. */
interface Rule {
  readonly found: string;
  readonly shown: string;
  /**
   * `part`: any occurrence · `word`: occurrences without a letter or digit beside them · `whole`:
   * fields with exactly this text · `field`: every field with the key.
   */
  readonly as: "part" | "word" | "whole" | "field";
  /** Only in fields with this key. */
  readonly key?: string;
  /** Only in objects of this kind. */
  readonly kind?: string;
}

/** Place of a text. */
export interface Place {
  /** Key of the field. @default not known, so any */
  readonly key?: string | undefined;
  /** Kind of the object. @default not known, so any */
  readonly kind?: string | undefined;
  /** Names of the owners of the object. @default not known, so any */
  readonly owners?: readonly string[] | undefined;
}

/**
 * Hides values of Secrets that a Kustomization's substitution or a release's values put into
 * objects, also short ones: a value such as `7` cannot be replaced everywhere. Its places are known
 * from the variables in the trees.
 */
export class HiddenFields {
  readonly #rules = new Map<string, readonly Rule[]>();
  readonly #owners = new Map<string, Set<string>>();
  readonly #all: readonly Rule[];

  /**
   * @param states objects of the cluster at base and head
   * @param occurrences places of each variable in the trees; undefined when they are not known, so
   * that it may be anywhere
   * @param isPublic whether a word occurs in Git outside of Secrets
   */
  constructor(
    states: readonly Snapshot[],
    private readonly occurrences: ReadonlyMap<string, readonly Occurrence[]> | undefined,
    private readonly isPublic: (text: string) => boolean,
  ) {
    for (const snapshot of states) this.#addOwners(snapshot);
    for (const snapshot of states) this.#addRules(snapshot);
    this.#all = [...this.#rules.values()].flat().sort(longestFirst);
  }

  /** Whether there is anything to hide. */
  get empty(): boolean {
    return this.#all.length === 0;
  }

  /** Names of an object's owners, by the object's name: `Deployment shop/web`. */
  ownersOf(label: string): readonly string[] {
    return [...(this.#owners.get(label) ?? [])];
  }

  /** A field of an object, or a text about it, without values of Secrets. */
  hide(text: string, place: Place = {}): string {
    const { owners } = place;
    const rules = owners ? owners.flatMap((owner) => this.#rules.get(owner) ?? []).sort(longestFirst) : this.#all;
    return rules.reduce((result, rule) => applied(rule, result, place), text);
  }

  #addOwners(snapshot: Snapshot): void {
    const listed = inventories(snapshot);
    for (const object of snapshot) {
      const owner = ownerOf(object);
      const owners = owner === undefined ? (listed.get(keyOf(object)) ?? []) : [owner];
      for (const one of owners) {
        const known = this.#owners.get(labelOf(object)) ?? new Set();
        this.#owners.set(labelOf(object), known.add(one));
      }
    }
  }

  /** Values pass from a Kustomization to the ones that it applies, so this repeats until nothing is added. */
  #addRules(snapshot: Snapshot): void {
    const objects = byKey(snapshot);
    const readers = snapshot.filter(readsValues);
    for (let round = 0; round < readers.length + 1; round++) {
      let added = false;
      for (const reader of readers) {
        const rules = this.#rulesOf(reader, objects);
        const known = this.#rules.get(labelOf(reader)) ?? [];
        const fresh = rules.filter((one) => !known.some((other) => JSON.stringify(one) === JSON.stringify(other)));
        if (fresh.length === 0) continue;
        this.#rules.set(labelOf(reader), [...known, ...fresh]);
        added = true;
      }
      if (!added) return;
    }
  }

  #rulesOf(reader: KubeObject, objects: ReadonlyMap<string, KubeObject>): Rule[] {
    return reader.kind === "Kustomization" ? this.#ofKustomization(reader, objects) : this.#ofRelease(reader, objects);
  }

  #ofKustomization(reader: KubeObject, objects: ReadonlyMap<string, KubeObject>): Rule[] {
    const values = new Map<string, Value>();
    // As in Flux, later entries take precedence.
    for (const kind of ["ConfigMap", "Secret"] as const) {
      for (const { name = "" } of referencesOf(reader, kind)) {
        const source = objects.get(`/${kind}/${reader.metadata.namespace ?? ""}/${name}`);
        for (const [key, text, secret] of source ? this.#valuesIn(source) : [])
          values.set(key, { text: text.replaceAll("\n", ""), secret });
      }
    }
    const inline = Object.entries((at(reader, "spec", "postBuild", "substitute") ?? {}) as Record<string, unknown>);
    for (const [key, value] of inline) {
      const text = String(value);
      values.set(key, { text, secret: this.#isHidden(text, key, reader) });
    }
    return [...values].flatMap(([name, { text, secret }]) =>
      secret && text ? this.#ofVariable(name, text, values) : [],
    );
  }

  #ofVariable(name: string, text: string, values: ReadonlyMap<string, Value>): Rule[] {
    if (this.occurrences === undefined) return anywhere(text);
    const places = this.occurrences.get(name) ?? [];
    // A generator may read files of any name and format; their content is in a ConfigMap.
    return [...places.flatMap((place) => ofPlace(place, text, values)), ...ofGenerated(text)];
  }

  #ofRelease(reader: KubeObject, objects: ReadonlyMap<string, KubeObject>): Rule[] {
    const texts = (["Secret", "ConfigMap"] as const).flatMap((kind) =>
      referencesOf(reader, kind).flatMap(({ name = "", valuesKey = "values.yaml", targetPath }) => {
        const source = objects.get(`/${kind}/${reader.metadata.namespace ?? ""}/${name}`);
        const found = (source ? this.#valuesIn(source) : []).filter(([key, , secret]) => key === valuesKey && secret);
        return found.flatMap(([, text]) => (targetPath ? [text] : leavesOf(parsedOr(text))));
      }),
    );
    const inline = leaves(at(reader, "spec", "values")).filter(([key, text]) => this.#isHidden(text, key, reader));
    return [...texts, ...inline.map(([, text]) => text)]
      .filter((text) => !this.isPublic(text))
      .flatMap((text) => [text, ...text.split("\n")].flatMap(anywhere));
  }

  /**
   * Values of a Secret or ConfigMap, and whether they come from a Secret: a substitution may have
   * put one into a ConfigMap.
   */
  #valuesIn(source: KubeObject): Array<readonly [key: string, text: string, secret: boolean]> {
    if (source.kind === "Secret") return valuesOf(source).map(([key, text]) => [key, text, true] as const);
    return Object.entries((source.data ?? {}) as Record<string, unknown>).map(([key, value]) => {
      const text = String(value);
      return [key, text, this.#isHidden(text, key, source)] as const;
    });
  }

  #isHidden(text: string, key: string | undefined, object: KubeObject): boolean {
    const owners = this.ownersOf(labelOf(object));
    return this.hide(text, { key, owners, kind: object.kind }) !== text;
  }
}

function readsValues({ apiVersion, kind }: KubeObject): boolean {
  const name = `${groupOf(apiVersion)}/${kind}`;
  return name === "kustomize.toolkit.fluxcd.io/Kustomization" || name === "helm.toolkit.fluxcd.io/HelmRelease";
}

/** Rules for one place of a variable. */
function ofPlace({ key, text: word }: Occurrence, value: string, values: ReadonlyMap<string, Value>): Rule[] {
  const inKey = key === undefined ? {} : { key };
  const expanded = expand(word, values);
  if (expanded === undefined)
    return key === undefined ? anywhere(value) : [{ found: "", shown: HIDDEN, as: "field", key }];
  return expanded.flatMap(({ found, shown }): Rule[] => {
    // The literal text around a value identifies it everywhere.
    if (shown !== HIDDEN) return [{ found, shown, as: found.length < SHORTEST ? "word" : "part" }];
    // Flux parses YAML after the substitution: `[a, b]` becomes a list, `007` a number.
    const forms = new Set([found, ...leavesOf(parsedOr(found))]);
    return [...forms].map((form): Rule => ({ found: form, shown, as: "word", ...inKey }));
  });
}

function ofGenerated(value: string): Rule[] {
  return isCommon(value) ? [] : [{ found: value, shown: HIDDEN, as: "word", kind: "ConfigMap" }];
}

/** Rules for a value that may be anywhere in the objects. */
function anywhere(value: string): Rule[] {
  const found = value.trim();
  if (found === "") return [];
  const as = isCommon(found) ? "whole" : found.length < 3 ? "word" : "part";
  return [{ found, shown: HIDDEN, as }];
}

/** Values that most objects contain for other reasons. */
function isCommon(value: string): boolean {
  return /^(true|false|yes|no|on|off|null)$/i.test(value);
}

function applied({ found, shown, as, ...only }: Rule, text: string, { key, kind }: Place): string {
  if (only.key !== undefined && key !== undefined && only.key !== key) return text;
  if (only.kind !== undefined && kind !== undefined && only.kind !== kind) return text;
  if (as === "field") return key === undefined ? text : shown;
  if (as === "whole") return text === found ? shown : text;
  if (!text.includes(found)) return text;
  if (as === "part") return text.replaceAll(found, () => shown);
  return text.replace(wordOf(found), () => shown);
}

/** A text, escaped for a regular expression. */
export function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

const words = new Map<string, RegExp>();

/** Matches a text without a letter or digit beside it. */
export function wordOf(text: string): RegExp {
  const known = words.get(text);
  if (known) return known;
  const made = new RegExp(`(?<![\\p{L}\\p{N}])${literal(text)}(?![\\p{L}\\p{N}])`, "gu");
  words.set(text, made);
  return made;
}

function longestFirst(one: Rule, other: Rule): number {
  return other.found.length - one.found.length;
}

function parsedOr(text: string): unknown {
  try {
    return parse(text, { version: "1.1", logLevel: "error" });
  } catch {
    return text;
  }
}

/** Fields of a value with their keys. */
function leaves(value: unknown, key?: string): Array<readonly [string | undefined, string]> {
  if (typeof value === "string" || typeof value === "number") return [[key, String(value)]];
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, name));
}

/** Name of an object in a report. */
export function labelOfRef({ kind, namespace, name }: Pick<ObjectRef, "kind" | "namespace" | "name">): string {
  return labelOf({ apiVersion: "", kind, metadata: { name, ...(namespace && { namespace }) } });
}
