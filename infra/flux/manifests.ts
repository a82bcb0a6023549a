import { type Document, parseAllDocuments } from "yaml";
import { type ObjectRef, refName } from "../../core/kube-discovery.js";

/** An object as a manifest has it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** The objects of manifests, in their order. */
export function manifestsOf(manifests: string): Manifest[] {
  return parseAllDocuments(manifests).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** What is named in manifests, in their order. */
export function refsOf(manifests: string): ObjectRef[] {
  return documents(manifests).map(({ ref }) => ref);
}

/** The manifests without the named objects. @param names as refName gives them */
export function without(manifests: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return manifests;
  const kept = documents(manifests).filter(({ ref }) => !names.has(refName(ref)));
  return kept.map(({ document }) => `---\n${document.toString({ directives: false })}`).join("");
}

function documents(manifests: string): Array<{ ref: ObjectRef; document: Document }> {
  return parseAllDocuments(manifests).flatMap((document) => {
    const value = document.toJS() as { apiVersion: string; kind: string; metadata: ObjectRef } | null;
    if (!value) return [];
    const { apiVersion, kind, metadata } = value;
    return [{ ref: { apiVersion, kind, namespace: metadata.namespace, name: metadata.name }, document }];
  });
}
