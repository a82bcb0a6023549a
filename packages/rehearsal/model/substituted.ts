import { isDeepStrictEqual } from "node:util";
import { type KubeObject, type Snapshot, textAt } from "./kube-objects.js";
import { isKustomization } from "./owners.js";
import { referencesOf } from "./redact.js";

/**
 * Kustomizations with variables from a ConfigMap or Secret that changes. They may have applied the
 * new revision before that change; in a real cluster they read it at their next interval.
 */
export function readersOfOtherVariables(before: Snapshot, after: Snapshot): KubeObject[] {
  const [oldData, newData] = [dataOf(before), dataOf(after)];
  return after.filter(
    (one) =>
      isKustomization(one) &&
      (["ConfigMap", "Secret"] as const).some((kind) =>
        referencesOf(one, kind).some(({ name }) => {
          const key = `${kind} ${one.metadata.namespace}/${name}`;
          return !isDeepStrictEqual(oldData.get(key), newData.get(key));
        }),
      ),
  );
}

/** Data of ConfigMaps and Secrets by `KIND NAMESPACE/NAME`. */
function dataOf(snapshot: Snapshot): Map<string, unknown> {
  return new Map(
    snapshot
      .filter(({ apiVersion, kind }) => apiVersion === "v1" && (kind === "ConfigMap" || kind === "Secret"))
      .map((one) => [
        `${one.kind} ${textAt(one, "metadata", "namespace")}/${one.metadata.name}`,
        { data: one.data, binaryData: one.binaryData },
      ]),
  );
}
