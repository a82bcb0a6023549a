import { groupOf, type KubeObject } from "./objects.js";
import { objectsOf, parsed, type ScannedDocument } from "./scan.js";

/** A kind that no tree defines. */
export interface UnknownKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Groups that Kubernetes or the rehearsal itself serves: what they lack is a mistake, not something that comes from elsewhere. */
function isServed(group: string, served: ReadonlySet<string>): boolean {
  return group === "" || !group.includes(".") || served.has(group) || group.endsWith(".toolkit.fluxcd.io");
}

/** Documents that no API server ever sees. */
const notApplied = new Set(["kustomize.config.k8s.io", "config.kubernetes.io", "builtin"]);

/**
 * Kinds that the tree uses and neither defines nor Kubernetes has: a real cluster has them from elsewhere, an operator's chart for one.
 *
 * @param served groups that the API server serves
 */
export function unknownKinds(documents: readonly ScannedDocument[], served: ReadonlySet<string>): UnknownKind[] {
  const defined = new Set(definitions(documents));
  const found = new Map<string, UnknownKind>();
  for (const { apiVersion, kind } of documents) {
    const group = groupOf(apiVersion);
    if (isServed(group, served) || notApplied.has(group) || kind.includes("{") || group.includes("{")) continue;
    if (defined.has(`${group}/${kind}`)) continue;
    found.set(`${apiVersion}/${kind}`, { apiVersion, kind });
  }
  return [...found.values()];
}

/** `GROUP/KIND` of every definition in the tree, those in templates of charts among them. */
function definitions(documents: readonly ScannedDocument[]): string[] {
  return documents
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .flatMap((document) => {
      const spec = parsed(document)?.spec as { group?: string; names?: { kind?: string } } | undefined;
      const group = spec?.group ?? /^\s+group:\s*["']?([^\s"']+)/m.exec(document.text)?.[1];
      const kind = spec?.names?.kind ?? /^\s+kind:\s*["']?([^\s"']+)/m.exec(document.text)?.[1];
      return group && kind ? [`${group}/${kind}`] : [];
    });
}

/** Definitions that take whatever is written: the objects are there, and nothing about them is judged. */
export function stubDefinitions(kinds: readonly UnknownKind[], documents: readonly ScannedDocument[]): KubeObject[] {
  const byKind = new Map<string, UnknownKind[]>();
  for (const one of kinds) {
    const key = `${groupOf(one.apiVersion)}/${one.kind}`;
    byKind.set(key, [...(byKind.get(key) ?? []), one]);
  }
  return [...byKind.values()].map((versions) => stub(versions, documents));
}

function stub(versions: readonly UnknownKind[], documents: readonly ScannedDocument[]): KubeObject {
  const { kind, apiVersion } = versions[0] as UnknownKind;
  const group = groupOf(apiVersion);
  const plural = pluralOf(kind);
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
      scope: isNamespaced(group, kind, documents) ? "Namespaced" : "Cluster",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: versions.map((one, index) => ({
        name: one.apiVersion.split("/")[1] ?? "v1",
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: schema },
      })),
    },
  };
}

/** Label of definitions that the rehearsal made up. */
export const STUB = "rehearsal.timonier/stub";

/** Kinds whose names say that they belong to the cluster; for others a namespace somewhere decides, and most have one. */
function isNamespaced(group: string, kind: string, documents: readonly ScannedDocument[]): boolean {
  const uses = objectsOf(documents, group, kind);
  if (uses.some(({ metadata }) => metadata.namespace !== undefined)) return true;
  return !/^Cluster|Class$/.test(kind);
}

/** Name under which the API server serves a kind: `Policy` → `policies`. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
