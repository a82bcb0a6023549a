import { gunzipSync, gzipSync } from "node:zlib";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import type { KubeObject } from "./kube-object.js";

/** What a kustomization applied. @see https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory */
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
 * Annotation of the root kustomization with what a drain waits for: a kustomization that is gone takes its inventory with
 * it, and a later drain has to go on waiting for what it had applied. That it is there tells that a drain has begun.
 */
export const AWAITED = "timonier/awaited";

/**
 * Names as the value of an annotation: a list in JSON, in gzip, in base64, since all annotations of an object together may
 * have 256 KiB. To read it: `base64 -d | gunzip`.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
 */
export function packRefs(refs: readonly ObjectRef[]): string {
  return gzipSync(JSON.stringify(refs)).toString("base64");
}

/** Names of {@link packRefs}. None where there is no such value, or it is not one of ours. */
export function unpackRefs(text: string | undefined): ObjectRef[] {
  if (text === undefined) return [];
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, "base64")).toString()) as ObjectRef[];
  } catch {
    return [];
  }
}

/** Each name once. */
export function distinct(refs: readonly ObjectRef[]): ObjectRef[] {
  return [...new Map(refs.map((ref) => [refName(ref), ref])).values()];
}
