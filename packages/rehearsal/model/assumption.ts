import { createHash } from "node:crypto";
import { at, groupOf, type KubeObject, textAt } from "./kube-objects.js";

/**
 * Annotation of a source, Kustomization or release that the rehearsal suspended and set to Ready,
 * because it needs something that cannot be reached from here. Objects that wait for it or depend
 * on it are then reconciled.
 */
export const ASSUMED = "rehearsal.timonier/assumed";

/**
 * Value of {@link ASSUMED}: it changes with the object and its source, which then have to be reconciled again.
 *
 * @param source source that the object reads, if any
 */
export function assumptionOf(object: KubeObject, source: KubeObject | undefined): string {
  const specs = [readBy(object), source && readBy(source)];
  const digest = createHash("sha256").update(JSON.stringify(specs)).digest("hex").slice(0, 16);
  const former = (formerSuspend(object) ?? "").toString();
  return former === "" ? digest : `${digest} ${former}`;
}

/** The object as in its manifest. */
export function withoutAssumption(object: KubeObject): KubeObject {
  if (object.metadata.annotations?.[ASSUMED] === undefined) return object;
  const former = formerSuspend(object);
  const { [ASSUMED]: _assumed, ...annotations } = object.metadata.annotations;
  const { annotations: _all, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } as KubeObject["metadata"],
    spec: { ...specOf(object), ...(former !== undefined && { suspend: former }) },
  };
}

/** `spec.suspend` of the manifest: the rehearsal suspends only objects that are not suspended. */
function formerSuspend(object: KubeObject): boolean | undefined {
  const kept = textAt(object, "metadata", "annotations", ASSUMED);
  if (kept !== undefined) return kept.endsWith(" false") ? false : undefined;
  return at(object, "spec", "suspend") === false ? false : undefined;
}

function specOf(object: KubeObject): Record<string, unknown> {
  const { suspend: _suspend, ...spec } = (object.spec ?? {}) as Record<string, unknown>;
  return spec;
}

/** The fields that decide what an object reads, without intervals and timeouts. */
function readBy(object: KubeObject): Record<string, unknown> {
  if (groupOf(object.apiVersion) !== "source.toolkit.fluxcd.io") return specOf(object);
  const { interval: _interval, timeout: _timeout, ...read } = specOf(object);
  return read;
}
