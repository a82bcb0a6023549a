import type { ObjectRef } from "@timonier/kit/kube-discovery";
import type { ObjectChange, Reconciliation, Report } from "@timonier/report/model";
import { HiddenFields, labelOfRef, literal, type Place, wordOf } from "./hidden-fields.js";
import { type KubeObject, labelOf, type Snapshot } from "./kube-objects.js";
import { formsOf, isSecretObject, isWord, redactText, SHORTEST, secretValues, valuesOf } from "./redact.js";
import { parsed, scan, type TreeFiles } from "./scan.js";
import { HIDDEN, occurrencesIn } from "./substitutions.js";

/** Where values of Secrets are found. */
export interface SecretSources {
  /** Objects of the cluster at base and head. */
  readonly snapshots: readonly Snapshot[];
  /** Objects that Flux did not apply: rejected and assumed ones. */
  readonly others: Snapshot;
  /** Files of the trees at base and head. @default not known, so a substituted value may be anywhere */
  readonly files?: readonly TreeFiles[];
}

/**
 * The report without any value of a Secret. A long value is replaced everywhere, in every encoding;
 * a short one where the trees, a substitution or a release's values put it. Names and fields that
 * contain one are shown with `(hidden)` in its place.
 */
export function conceal(report: Report, sources: SecretSources): Report {
  return new Concealment(sources).report(report);
}

class Concealment {
  readonly #values: readonly string[];
  readonly #fields: HiddenFields;
  /** Names of objects that contain a hidden value, the longest first. */
  readonly #names: ReadonlyArray<readonly [string, string]>;
  /** Short values of each Secret, by its name. */
  readonly #secrets: ReadonlyMap<string, readonly string[]>;

  constructor({ snapshots, others, files }: SecretSources) {
    const texts = files && [...new Set(files.flatMap((one) => [...one.values()]))];
    const objects = [...snapshots.flat(), ...others, ...(files ? secretsIn(files) : [])];
    const isPublic = outsideOfSecrets(texts);
    this.#values = secretValues(objects, isPublic);
    this.#secrets = shortValues(objects);
    this.#fields = new HiddenFields(snapshots, texts && occurrencesIn(texts), isPublic);
    this.#names = this.#fields.empty ? [] : this.#hiddenNames(objects);
  }

  report(report: Report): Report {
    const { error, changes, reconciliations, versions, policies, notEvaluated, simulated } = report;
    return {
      ...report,
      ...(error && {
        error: { what: this.#long(error.what), where: this.#long(error.where), fix: this.#long(error.fix) },
      }),
      changes: changes.map((one) => this.#change(one)),
      reconciliations: reconciliations.map((one) => this.#reconciliation(one)),
      versions: versions.map((one) => {
        const place = { key: "image", owners: one.usedBy.flatMap((ref) => this.#ownersOf(ref)) };
        return {
          ...one,
          name: this.#text(one.name, place),
          ...(one.from !== undefined && { from: this.#version(one.name, one.from, place) }),
          ...(one.to !== undefined && { to: this.#version(one.name, one.to, place) }),
          usedBy: one.usedBy.map((ref) => this.#ref(ref)),
        };
      }),
      policies: policies.map((one) => ({
        ...one,
        ref: this.#ref(one.ref),
        message: this.#text(one.message, { owners: this.#ownersOf(one.ref) }),
      })),
      notEvaluated: notEvaluated.map((one) => ({
        ...one,
        subject: this.#named(one.subject),
        reason: this.#text(one.reason),
        ...(one.option !== undefined && { option: this.#text(one.option) }),
      })),
      simulated: simulated.map((one) => this.#long(one)),
    };
  }

  #change(change: ObjectChange): ObjectChange {
    const { ref, message, owner, formerOwner, provenance, diff } = change;
    const owners = [...new Set([...this.#ownersOf(ref), ...[owner, formerOwner].filter((one) => one !== undefined)])];
    return {
      ...change,
      ref: this.#ref(ref, owners),
      ...(message !== undefined && { message: this.#text(this.#ofSecret(message, ref), { owners }) }),
      ...(owner !== undefined && { owner: this.#named(owner) }),
      ...(formerOwner !== undefined && { formerOwner: this.#named(formerOwner) }),
      ...(provenance && { provenance: { ...provenance, file: this.#long(provenance.file) } }),
      diff: this.#diff(diff, owners, ref.kind),
    };
  }

  /** A text about a Secret may contain any of its values, also a short one. */
  #ofSecret(message: string, ref: ObjectRef): string {
    const values = this.#secrets.get(labelOfRef(ref)) ?? [];
    return values.reduce((text, value) => text.replace(wordOf(value), () => HIDDEN), message);
  }

  #reconciliation(one: Reconciliation): Reconciliation {
    return {
      ...one,
      ref: this.#ref(one.ref),
      ...(one.reason !== undefined && { reason: this.#long(one.reason) }),
      // The message may name any object that it applies, directly or through others.
      ...(one.message !== undefined && { message: this.#text(one.message) }),
      dependsOn: one.dependsOn.map((name) => this.#named(name)),
    };
  }

  /** The version of an image is part of the field with its name. */
  #version(name: string, version: string, place: Place): string {
    for (const separator of [":", "@"]) {
      const whole = this.#text(`${name}${separator}${version}`, place);
      const shown = `${this.#text(name, place)}${separator}`;
      if (whole !== `${name}${separator}${version}`)
        return whole.startsWith(shown) ? whole.slice(shown.length) : "(hidden)";
    }
    return this.#text(version, place);
  }

  #diff(diff: string, owners: readonly string[], kind: string): string {
    if (this.#fields.empty) return this.#long(diff);
    const lines = diff.split("\n").map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return this.#replaceNames(line);
      return /^[-+ ]/.test(line) ? line.charAt(0) + this.#line(line.slice(1), { owners, kind }) : line;
    });
    return this.#long(lines.join("\n"));
  }

  /** A line of a manifest. The key is checked as well, because a substitution may have written it. */
  #line(line: string, place: Place): string {
    const [, start, name, colon, value] =
      /^((?:\s*- )*\s*)("[^"]*"|'[^']*'|[^\s"'][^:]*?)(:(?:\s+|$))(.*)$/.exec(line) ?? [];
    if (start === undefined || name === undefined || value === undefined) return this.#fields.hide(line, place);
    const [key, field] = [
      { ...place, key: "" },
      { ...place, key: unquoted(name) },
    ];
    return `${start}${this.#fields.hide(name, key)}${colon}${this.#fields.hide(value, field)}`;
  }

  #text(text: string, place: Place = {}): string {
    const fields = this.#fields.hide(text, place);
    // Names of objects are hidden as a whole.
    const named = place.key === undefined ? this.#replaceNames(fields) : fields;
    return this.#long(named);
  }

  #long(text: string): string {
    return shownOf(redactText(withoutCredentials(text), this.#values, HIDDEN));
  }

  /** `Deployment shop/web` and other texts that consist of names only. */
  #named(text: string): string {
    return this.#long(this.#replaceNames(text));
  }

  #replaceNames(text: string): string {
    return this.#names.reduce((result, [name, shown]) => {
      if (!result.includes(name)) return result;
      return result.replace(new RegExp(`(?<![\\w.-])${literal(name)}(?![\\w-])`, "g"), () => shown);
    }, text);
  }

  #ref(ref: ObjectRef, owners: readonly string[] = this.#ownersOf(ref)): ObjectRef {
    const { name, namespace } = ref;
    return {
      ...ref,
      ...(namespace !== undefined && {
        namespace: this.#long(this.#fields.hide(namespace, { key: "namespace", owners })),
      }),
      name: this.#long(this.#fields.hide(name, { key: "name", owners })),
    };
  }

  #ownersOf(ref: ObjectRef): readonly string[] {
    return this.#fields.ownersOf(labelOfRef(ref));
  }

  #hiddenNames(objects: Snapshot): Array<readonly [string, string]> {
    const names = new Map<string, string>();
    for (const { kind, metadata } of objects) {
      const { name, namespace } = metadata;
      const owners = this.#fields.ownersOf(labelOfRef({ kind, name, ...(namespace && { namespace }) }));
      if (owners.length === 0) continue;
      const shown = this.#fields.hide(name, { key: "name", owners });
      const place = namespace && this.#fields.hide(namespace, { key: "namespace", owners });
      if (shown === name && place === namespace) continue;
      if (namespace) names.set(`${namespace}/${name}`, `${place}/${shown}`);
      names.set(`${kind}/${name}`, `${kind}/${shown}`);
      names.set(`${kind} ${name}`, `${kind} ${shown}`);
      names.set(`"${name}"`, `"${shown}"`);
    }
    return [...names].sort(([one], [other]) => other.length - one.length);
  }
}

function shortValues(objects: Snapshot): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const object of objects.filter(isSecretObject)) {
    const values = valuesOf(object).flatMap(([, value]) => formsOf(value));
    const known = found.get(labelOf(object)) ?? [];
    found.set(labelOf(object), [...known, ...values.filter(({ length }) => length < SHORTEST)]);
  }
  return found;
}

/** Secrets in the files, applied or not. */
function secretsIn(files: readonly TreeFiles[]): KubeObject[] {
  return files.flatMap((one) => {
    const documents = scan(new Map([...one].filter(([, text]) => /\bSecret\b/.test(text))));
    return documents
      .filter(({ kind }) => kind === "Secret")
      .flatMap((document) => parsed(document) ?? [])
      .filter(isSecretObject);
  });
}

/** Shorter words occur in most files with other meanings. */
const SHORTEST_WORD = 5;

/**
 * Whether a text is a word that occurs in files outside of Secrets, such as the name of a stage:
 * showing it reveals nothing.
 */
function outsideOfSecrets(texts: readonly string[] | undefined): (text: string) => boolean {
  const open = (texts ?? [])
    .flatMap((text) => text.split(/^---(?=\s|$)/m))
    .filter((part) => !/^kind:\s*["']?Secret\b/m.test(part));
  return (text) =>
    text.length >= SHORTEST_WORD &&
    isWord(text) &&
    open.some((part) => part.includes(text) && part.search(wordOf(text)) >= 0);
}

/** User and password in URLs, of any origin. `git@` is no secret. */
function withoutCredentials(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)(?!git@)[^\s/@"'`]+@/gi, (_, scheme: string) => `${scheme}${HIDDEN}@`);
}

/** Joins adjacent hidden parts. */
function shownOf(text: string): string {
  return text.replaceAll(new RegExp(`${HIDDEN}+`, "g"), "(hidden)");
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
