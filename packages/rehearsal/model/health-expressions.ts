import type { KubeObject } from "./kube-objects.js";

/** Annotation with the health check expressions that the rehearsal removes from a Kustomization. */
export const HEALTH = "rehearsal.timonier/health";

/**
 * Fields of a health check expression, without its kind.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#health-check-expressions
 */
export const HEALTH_FIELDS = ["inProgress", "failed", "current"] as const;

/** Separators of fields and expressions in {@link HEALTH}: no expression contains them. */
export const FIELD_END = "\u001f";
export const EXPRESSION_END = "\u001e";

/** Kinds whose expressions were removed: `Cluster`. */
export function kindsOfExpressions(object: KubeObject): string[] {
  return [...new Set(expressionsOf(object).map(({ kind = "" }) => kind))];
}

/** The Kustomization with the health check expressions of its manifest. */
export function withHealthExpressions(object: KubeObject): KubeObject {
  const expressions = expressionsOf(object);
  if (expressions.length === 0) return object;
  const { [HEALTH]: _health, ...annotations } = object.metadata.annotations ?? {};
  const { annotations: _all, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } as KubeObject["metadata"],
    spec: { ...(object.spec as object), healthCheckExprs: expressions },
  };
}

function expressionsOf({ metadata }: KubeObject): Record<string, string>[] {
  const kept = metadata.annotations?.[HEALTH];
  if (kept === undefined) return [];
  const names = ["apiVersion", "kind", ...HEALTH_FIELDS];
  return kept.split(EXPRESSION_END).map((expression) => {
    const values = expression.split(FIELD_END);
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]).filter(([, value]) => value !== ""));
  });
}
