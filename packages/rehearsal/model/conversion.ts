import type { NotEvaluated } from "@timonier/report/model";
import {
  at,
  groupKindOf,
  type KubeObject,
  keyOf,
  labelOf,
  type Metadata,
  type Snapshot,
  textAt,
} from "./kube-objects.js";
import { byKey } from "./owners.js";

/** Annotation with the webhook conversion of a definition, which the rehearsal removes because no webhook runs here. */
export const CONVERSION = "rehearsal.timonier/conversion";

/**
 * Fields in {@link CONVERSION}, one on each line, in this order.
 *
 * @see
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion
 */
export const conversionFields = [
  "clientConfig.url",
  "clientConfig.service.namespace",
  "clientConfig.service.name",
  "clientConfig.service.path",
  "clientConfig.service.port",
  "conversionReviewVersions",
] as const;

/**
 * The definition with the conversion of its manifest. Objects that the rehearsal did not change are
 * returned unchanged.
 */
export function withConversion(object: KubeObject): KubeObject {
  const kept = object.metadata.annotations?.[CONVERSION];
  if (kept === undefined) return object;
  const { [CONVERSION]: _kept, ...annotations } = object.metadata.annotations ?? {};
  const { annotations: _all, ...rest } = object.metadata;
  const metadata: Metadata = { ...rest, ...(Object.keys(annotations).length > 0 && { annotations }) } as Metadata;
  return { ...object, metadata, spec: { ...(object.spec as object), conversion: conversionOf(kept.split("\n")) } };
}

function conversionOf([url, namespace, name, path, port, versions]: readonly string[]): Record<string, unknown> {
  const service = { namespace, name, ...(path && { path }), ...(port && port !== "0" && { port: Number(port) }) };
  const clientConfig = url ? { url } : { service };
  return { strategy: "Webhook", webhook: { clientConfig, conversionReviewVersions: versions?.split(",") } };
}

/** Definitions whose conversion changes: the effect on stored objects is not known here. */
export function otherConversions(before: Snapshot, after: Snapshot): NotEvaluated[] {
  const oldObjects = byKey(before);
  return after
    .filter((one) => groupKindOf(one) === "apiextensions.k8s.io/CustomResourceDefinition")
    .filter((one) => {
      const old = oldObjects.get(keyOf(one));
      return old !== undefined && keptOf(old) !== keptOf(one);
    })
    .map((one) => ({
      subject: labelOf(one),
      reason: "the conversion of its objects between versions changes, and no conversion webhook is called here",
      affected: true,
    }));
}

function keptOf(definition: KubeObject): string | undefined {
  return textAt(at(definition, "metadata", "annotations"), CONVERSION);
}
