import { groupKindOf, groupOf, type KubeObject } from "./kube-objects.js";
import { parsed, type ScannedDocument } from "./scan.js";

/** What a definition says of its kind. */
export interface Definition {
  /** `GROUP/KIND` */
  readonly kind: string;
  /** The definition itself. @default it is in a template, which says no more than group and kind */
  readonly object?: KubeObject;
}

/** Definitions by their text: most are in base and head, and parsing them takes most of the time that reading a tree takes. */
const read = new Map<string, Definition | undefined>();

/** Every definition in documents, those in templates of charts among them. */
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

/** `GROUP/KIND` that a definition defines. undefined: it is no definition */
export function kindDefined(object: KubeObject): string | undefined {
  if (groupKindOf(object) !== "apiextensions.k8s.io/CustomResourceDefinition") return undefined;
  const { group, names } = (object.spec ?? {}) as { group?: string; names?: { kind?: string } };
  return group && names?.kind ? `${group}/${names.kind}` : undefined;
}

/** Versions of a definition, as far as they are written as they have to be. */
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

/** Groups of Flux whose kinds the rehearsal defines by itself. */
const fluxGroups = new Set(["helm", "kustomize", "notification", "source"].map((part) => `${part}.toolkit.fluxcd.io`));

/** Whether the rehearsal has the kinds of a group as Flux defines them. */
export function isFluxGroup(group: string): boolean {
  return fluxGroups.has(group);
}

/** Groups of Kubernetes itself: what they lack is a mistake, not something that comes from elsewhere. */
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

/** Whether Kubernetes has the kinds of an API version by itself. */
export function isBuiltIn(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes(".") || kubernetesGroups.has(group);
}
