import { at, type KubeObject, listAt } from "./kube-objects.js";

/** Fields of Alerts and Receivers with references to kinds. */
const references = ["eventSources", "resources"];

/**
 * A definition of Flux whose references may name any kind. Flux Operator adds its own kinds
 * (FluxInstance, ResourceSet) to the lists of Alert and Receiver. A rejected Alert would prevent
 * all objects of its Kustomization from being applied.
 *
 * @see https://fluxoperator.dev/docs/instance/monitoring/
 */
export function withOpenKinds(definition: KubeObject): KubeObject {
  if (at(definition, "spec", "group") !== "notification.toolkit.fluxcd.io") return definition;
  const open = structuredClone(definition);
  for (const version of listAt(open, "spec", "versions")) {
    for (const field of references) {
      const kind = at(
        version,
        "schema",
        "openAPIV3Schema",
        "properties",
        "spec",
        "properties",
        field,
        "items",
        "properties",
        "kind",
      );
      if (typeof kind === "object" && kind !== null) delete (kind as { enum?: unknown }).enum;
    }
  }
  return open;
}
