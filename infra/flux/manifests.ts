import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { parseAllDocuments } from "yaml";

/** An object of a manifest. */
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

/** The objects of a YAML text, in their order there. */
export function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** The names of objects, in their order. */
export function refsOf(manifests: readonly Manifest[]): ObjectRef[] {
  return manifests.map(refOf);
}

/** The objects without the named ones. @param names as refName gives them */
export function without(manifests: readonly Manifest[], names: ReadonlySet<string>): readonly Manifest[] {
  return manifests.filter((one) => !names.has(refName(refOf(one))));
}

function refOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): ObjectRef {
  return { apiVersion, kind, namespace, name };
}
