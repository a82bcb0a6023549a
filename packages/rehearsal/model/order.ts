import { dependenciesOf } from "./flux-objects.js";
import { type KubeObject, keyOf } from "./kube-objects.js";

/** Sorts objects after their owners and dependencies, else by name. A cycle takes the place of its first object. */
export function dependencyOrder(objects: readonly KubeObject[]): KubeObject[] {
  const byKey = new Map(objects.map((one) => [keyOf(one), one]));
  const ordered: KubeObject[] = [];
  const seen = new Set<string>();
  const visit = (key: string) => {
    const object = byKey.get(key);
    if (!object || seen.has(key)) return;
    seen.add(key);
    for (const dependency of [...makerOf(object), ...dependenciesOf(object)]) visit(dependency);
    ordered.push(object);
  };
  for (const key of [...byKey.keys()].sort()) visit(key);
  return ordered;
}

/** Key of the Kustomization that applies an object, by Flux's labels. A root applies itself. */
function makerOf({ metadata: { labels } }: KubeObject): string[] {
  const [name, namespace] = ["name", "namespace"].map((part) => labels?.[`kustomize.toolkit.fluxcd.io/${part}`]);
  return name === undefined ? [] : [`kustomize.toolkit.fluxcd.io/Kustomization/${namespace}/${name}`];
}
