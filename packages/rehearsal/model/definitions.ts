import { groupKindOf, groupOf, type KubeObject } from "./kube-objects.js";
import { parsed, type ScannedDocument } from "./scan.js";

/** A kind that a definition defines. */
export interface Definition {
  /** `GROUP/KIND` */
  readonly kind: string;
  /** The definition. @default it is in a template, of which only group and kind are known */
  readonly object?: KubeObject;
}

/**
 * Parsed definitions by their text: most are the same in base and head, and parsing them takes most
 * of the time to read a tree.
 */
const read = new Map<string, Definition | undefined>();

/** Every definition in documents, including those in templates of charts. */
export function definitionsIn(documents: readonly ScannedDocument[]): Definition[] {
  return documents
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .flatMap((document) => {
      if (!read.has(document.text)) read.set(document.text, definitionIn(document));
      return read.get(document.text) ?? [];
    });
}

function definitionIn(document: ScannedDocument): Definition | undefined {
  const object = parsed(document);
  const defined = object && kindDefined(object);
  if (defined) return { kind: defined, object };
  const group = /^\s+group:\s*["']?([^\s"']+)/m.exec(document.text)?.[1];
  const kind = /^\s+kind:\s*["']?([^\s"']+)/m.exec(document.text)?.[1];
  return group && kind ? { kind: `${group}/${kind}` } : undefined;
}

/** `GROUP/KIND` that a definition defines. @returns undefined when the object is not a definition */
export function kindDefined(object: KubeObject): string | undefined {
  if (groupKindOf(object) !== "apiextensions.k8s.io/CustomResourceDefinition") return undefined;
  const { group, names } = (object.spec ?? {}) as { group?: string; names?: { kind?: string } };
  return group && names?.kind ? `${group}/${names.kind}` : undefined;
}

/** Well-formed versions of a definition. */
export function versionsOf({ spec }: KubeObject): readonly DefinedVersion[] {
  const { versions } = (spec ?? {}) as { versions?: unknown };
  return Array.isArray(versions) ? versions.filter((one) => typeof one?.name === "string") : [];
}

/** One version of a kind. */
export interface DefinedVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly [field: string]: unknown;
}

/** Groups of Flux whose kinds the rehearsal cluster defines. */
const fluxGroups = new Set(["helm", "kustomize", "notification", "source"].map((part) => `${part}.toolkit.fluxcd.io`));

/** Whether the rehearsal cluster defines the kinds of a group. */
export function isFluxGroup(group: string): boolean {
  return fluxGroups.has(group);
}

/** Groups of Kubernetes. A kind that they lack is a mistake in the manifest, and not one of an operator. */
const kubernetesGroups = new Set(
  [
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "internal.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
    "storagemigration",
  ].map((part) => `${part}.k8s.io`),
);

/** Whether Kubernetes itself serves an API version. */
export function isBuiltIn(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes(".") || kubernetesGroups.has(group);
}
