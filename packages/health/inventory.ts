import { gunzipSync, gzipSync } from "node:zlib";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import type { KubeObject } from "./kube-object.js";

/**
 * Objects in the inventory of a Kustomization.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory
 */
export function inventory(object: KubeObject | undefined): ObjectRef[] {
  return (object?.status?.inventory?.entries ?? []).flatMap(({ id, v }) => {
    const [, namespace, name, group, kind] = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id) ?? [];
    if (!name || !kind) return [];
    // Names of roles may hold colons, which the inventory writes as two underscores.
    const given = { kind, name: name.replaceAll("__", ":"), namespace: namespace || undefined };
    return [{ apiVersion: group ? `${group}/${v}` : v, ...given }];
  });
}

/**
 * Annotation of the root Kustomization with the objects that a drain waits for. A deleted
 * Kustomization has no inventory any more, and a later drain has to wait for its objects. The
 * annotation also shows that a drain has begun.
 */
export const AWAITED = "timonier/awaited";

/**
 * References as the value of an annotation: JSON, compressed by gzip, in base64, because the
 * annotations of an object are limited to 256 KiB. To read it: `base64 -d | gunzip`.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
 */
export function packRefs(refs: readonly ObjectRef[]): string {
  return gzipSync(JSON.stringify(refs)).toString("base64");
}

/** References of {@link packRefs}; empty where there is no value, or a value of another format. */
export function unpackRefs(text: string | undefined): ObjectRef[] {
  if (text === undefined) return [];
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, "base64")).toString()) as ObjectRef[];
  } catch {
    return [];
  }
}

/** Removes duplicates. */
export function distinct(refs: readonly ObjectRef[]): ObjectRef[] {
  return [...new Map(refs.map((ref) => [refName(ref), ref])).values()];
}
