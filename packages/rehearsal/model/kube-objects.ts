import type { ObjectRef } from "@timonier/kit/kube-discovery";

/** A condition of an object's status. @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/ */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** Metadata of an object. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: ReadonlyArray<{ readonly kind: string; readonly name: string; readonly uid: string }>;
  readonly managedFields?: readonly ManagedFields[];
  readonly [field: string]: unknown;
}

/** Managers of fields. @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/** Any object, from the API server or from a file. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

/** All objects of a cluster at one moment. */
export type Snapshot = readonly KubeObject[];

export function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
}

/** Unique key of an object, independent of the version of its API. */
export function keyOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace ?? ""}/${name}`;
}

/** `apps/v1` → `apps`, `v1` → ``. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** `apps/Deployment`, `/Service`: kinds of other groups may have the same name. */
export function groupKindOf({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): string {
  return `${groupOf(apiVersion)}/${kind}`;
}

/** `Kustomization default/myapp`, as messages name an object. */
export function labelOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** A part of an object by its path; undefined when a part of the path is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return (listAt(object, "status", "conditions") as readonly Condition[]).find((one) => one?.type === type);
}

/** Whether something is an object with a kind and a name. */
export function isKubeObject(value: unknown): value is KubeObject {
  return (
    textAt(value, "apiVersion") !== undefined &&
    textAt(value, "kind") !== undefined &&
    textAt(value, "metadata", "name") !== undefined
  );
}
