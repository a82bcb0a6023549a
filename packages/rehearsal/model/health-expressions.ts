import type { KubeObject } from "./kube-objects.js";

/** Annotation in which the rehearsal's API server keeps the health check expressions that it took out of a Kustomization. */
export const HEALTH = "rehearsal.timonier/health";

/** Fields of an expression beside the kind that it is about. @see https://fluxcd.io/flux/components/kustomize/kustomizations/#health-check-expressions */
export const HEALTH_FIELDS = ["inProgress", "failed", "current"] as const;

/** What ends a field and an expression in {@link HEALTH}: characters that no expression contains. */
export const FIELD_END = "\u001f";
export const EXPRESSION_END = "\u001e";

/** Kinds whose expressions were taken out: `Cluster`. */
export function kindsOfExpressions(object: KubeObject): string[] {
  return [...new Set(expressionsOf(object).map(({ kind = "" }) => kind))];
}

/** The Kustomization with its health check expressions, as its manifest says it. */
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
