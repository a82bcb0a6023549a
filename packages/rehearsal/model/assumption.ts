import { createHash } from "node:crypto";
import { at, groupOf, type KubeObject, textAt } from "./kube-objects.js";

/**
 * Annotation of a source, Kustomization or release that the rehearsal suspended and set to Ready, because it needs something that
 * cannot be reached from here. What waits for it, or depends on it, goes on.
 */
export const ASSUMED = "rehearsal.timonier/assumed";

/**
 * Value of {@link ASSUMED}: another one as soon as the object or its source differs, and with it the need to look again.
 *
 * @param source what the object reads, where it reads one
 */
export function assumptionOf(object: KubeObject, source: KubeObject | undefined): string {
  const specs = [readBy(object), source && readBy(source)];
  const digest = createHash("sha256").update(JSON.stringify(specs)).digest("hex").slice(0, 16);
  const former = (formerSuspend(object) ?? "").toString();
  return former === "" ? digest : `${digest} ${former}`;
}

/** The object as its manifest says it. */
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

/** What the manifest says of `spec.suspend`: the rehearsal only suspends what is not. */
function formerSuspend(object: KubeObject): boolean | undefined {
  const kept = textAt(object, "metadata", "annotations", ASSUMED);
  if (kept !== undefined) return kept.endsWith(" false") ? false : undefined;
  return at(object, "spec", "suspend") === false ? false : undefined;
}

function specOf(object: KubeObject): Record<string, unknown> {
  const { suspend: _suspend, ...spec } = (object.spec ?? {}) as Record<string, unknown>;
  return spec;
}

/** What decides what an object reads: when and how long a source is asked does not change what answers. */
function readBy(object: KubeObject): Record<string, unknown> {
  if (groupOf(object.apiVersion) !== "source.toolkit.fluxcd.io") return specOf(object);
  const { interval: _interval, timeout: _timeout, ...read } = specOf(object);
  return read;
}
