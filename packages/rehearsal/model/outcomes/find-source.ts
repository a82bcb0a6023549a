import { sourceKeyOf } from "../flux-objects.js";
import type { KubeObject } from "../kube-objects.js";
import type { Lookup } from "./lookup.js";

/** A source by its reference. */
export function find(
  { flux }: Lookup,
  kind: string | undefined,
  namespace: string | undefined,
  name: string | undefined,
): KubeObject | undefined {
  return flux.get(`source.toolkit.fluxcd.io/${kind}/${namespace ?? ""}/${name}`);
}

/** The source that a Kustomization, a release or a chart reads. */
export function readBy({ flux }: Lookup, object: KubeObject): KubeObject | undefined {
  const key = sourceKeyOf(object);
  return key === undefined ? undefined : flux.get(key);
}
