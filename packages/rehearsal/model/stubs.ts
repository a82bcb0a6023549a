import { type Definition, definitionsIn, isBuiltIn, isFluxGroup, kindDefined, versionsOf } from "./definitions.js";
import { knownScope, soundsClusterScoped } from "./kind-scopes.js";
import { groupKindOf, groupOf, type KubeObject, textAt } from "./kube-objects.js";
import { isKustomizationFile, pathsRead, type ReadableTree } from "./kustomize-reads.js";
import { ownerOf } from "./owners.js";
import { parsed, type ScannedDocument } from "./scan.js";

/** Manifests of the trees, before anything is applied. */
export interface StubInput {
  readonly base: readonly ScannedDocument[];
  readonly head: readonly ScannedDocument[];
  /** Objects that the cluster has outside of Git. */
  readonly assumed: readonly KubeObject[];
  /** Parts of the trees to whose objects kustomize or Flux adds a namespace. */
  readonly namespaces: readonly NamespacedPaths[];
}

/** A part of a tree to whose objects a namespace is added. */
export type NamespacedPaths = (document: ScannedDocument) => boolean;

/** Label of definitions that the rehearsal generates. */
export const STUB = "rehearsal.timonier/stub";

/** Groups of documents that are never sent to an API server. */
const notApplied = new Set(["kustomize.config.k8s.io", "config.kubernetes.io", "builtin"]);

/** Valid names of kinds and groups. */
const kindName = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const versionName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[a-z]([a-z0-9-]*[a-z0-9])?$/;

/** Whether the rehearsal generated a definition, and no manifest has replaced it since. */
export function isStub(object: KubeObject): boolean {
  return object.metadata.labels?.[STUB] !== undefined && ownerOf(object) === undefined;
}

/**
 * Definitions for kinds that the base does not define and that the real cluster has from elsewhere,
 * such as an operator's chart. They accept any content, so the objects exist but are not validated.
 * A kind that only the head defines gets the names, scope and stored version of that definition, so
 * that Flux can apply the definition over the stub.
 */
export function stubDefinitions({ base, head, assumed, namespaces }: StubInput): KubeObject[] {
  const given = new Set([
    ...definitionsIn(base).map(({ kind }) => kind),
    ...assumed.flatMap((one) => kindDefined(one) ?? []),
  ]);
  const later = new Map(definitionsIn(head).map((one) => [one.kind, one]));
  const earlier = usesOf(base, assumed);
  const stubs = new Map<string, KubeObject>();
  for (const [kind, uses] of usesOf([...base, ...head], assumed)) {
    if (given.has(kind)) continue;
    const definition = later.get(kind);
    // An object that is new with its definition is created after it.
    if (definition && !earlier.has(kind)) continue;
    const stub = stubOf(kind, uses, definition, namespaces);
    if (!stubs.has(stub.metadata.name)) stubs.set(stub.metadata.name, stub);
  }
  return [...stubs.values()];
}

/** How a kind is used. */
interface Uses {
  readonly versions: Set<string>;
  readonly documents: ScannedDocument[];
  readonly objects: KubeObject[];
}

/** Uses of kinds that neither Kubernetes nor the rehearsal defines, by `GROUP/KIND`. */
function usesOf(documents: readonly ScannedDocument[], assumed: readonly KubeObject[]): Map<string, Uses> {
  const found = new Map<string, Uses>();
  const usesOfKind = (one: Pick<KubeObject, "apiVersion" | "kind">): Uses | undefined => {
    const group = groupOf(one.apiVersion);
    if (isBuiltIn(one.apiVersion) || isFluxGroup(group) || notApplied.has(group)) return undefined;
    if (!kindName.test(one.kind) || !versionName.test(one.apiVersion)) return undefined;
    const kind = groupKindOf(one);
    const uses = found.get(kind) ?? { versions: new Set(), documents: [], objects: [] };
    found.set(kind, uses);
    uses.versions.add(one.apiVersion.slice(group.length + 1));
    return uses;
  };
  for (const document of documents) usesOfKind(document)?.documents.push(document);
  for (const object of assumed) usesOfKind(object)?.objects.push(object);
  return found;
}

function stubOf(
  id: string,
  uses: Uses,
  definition: Definition | undefined,
  namespaces: readonly NamespacedPaths[],
): KubeObject {
  const group = groupOf(id);
  const kind = id.slice(group.length + 1);
  const written = (definition?.object?.spec ?? {}) as { scope?: string; names?: object };
  const plural = textAt(written, "names", "plural") ?? pluralOf(kind);
  const defined = definition?.object ? versionsOf(definition.object) : [];
  const versions = [...new Set([...defined.map(({ name }) => name), ...uses.versions])];
  const stored = defined.find(({ storage }) => storage)?.name ?? versions[0];
  const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      labels: { [STUB]: "true" },
      annotations: { "api-approved.kubernetes.io": "unapproved, stands for one that is not here" },
    },
    spec: {
      group,
      scope: written.scope ?? scopeOf(id, uses, namespaces),
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, ...written.names },
      versions: versions.map((name) => ({
        name,
        served: true,
        storage: name === stored,
        schema: { openAPIV3Schema: schema },
      })),
    },
  };
}

/**
 * Scope of a kind: known for common kinds; else by a namespace in any manifest, then by its name,
 * then by an added namespace.
 */
function scopeOf(
  kind: string,
  { documents, objects }: Uses,
  namespaces: readonly NamespacedPaths[],
): "Namespaced" | "Cluster" {
  const known = knownScope(kind);
  if (known) return known;
  const named = [...objects, ...documents.flatMap((one) => parsed(one) ?? [])];
  if (named.some(({ metadata }) => metadata.namespace !== undefined)) return "Namespaced";
  if (soundsClusterScoped(kind.slice(kind.indexOf("/") + 1))) return "Cluster";
  // A template does not contain the namespace that its release adds.
  const isTemplate = ({ text }: ScannedDocument) => text.includes("{{");
  const isGiven = (one: ScannedDocument) => isTemplate(one) || namespaces.some((covers) => covers(one));
  return documents.some(isGiven) ? "Namespaced" : "Cluster";
}

/** Parts of a tree to whose objects kustomize or Flux adds a namespace. @param kustomizations Flux's, of any tree */
export function namespacedPaths(tree: ReadableTree, kustomizations: readonly KubeObject[]): NamespacedPaths[] {
  const folders = [...tree.files].flatMap(([path, text]) =>
    isKustomizationFile(path) && /^["']?namespace["']?\s*:/m.test(text) ? [path.split("/").slice(0, -1).join("/")] : [],
  );
  const targets = kustomizations.flatMap((one) =>
    textAt(one, "spec", "targetNamespace") === undefined ? [] : [textAt(one, "spec", "path") ?? ""],
  );
  return [...new Set([...folders, ...targets])].map((start) => {
    let read: ReadonlySet<string> | undefined;
    return ({ path }) => {
      read ??= pathsRead([start], tree) ?? new Set([start]);
      return [...read].some((folder) => folder === "" || path === folder || path.startsWith(`${folder}/`));
    };
  });
}

/** Name under which the API server serves a kind: `Policy` → `policies`. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
