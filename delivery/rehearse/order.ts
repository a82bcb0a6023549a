import { type KubeObject, keyOf } from "./objects.js";
import { dependenciesOf } from "./settle.js";

/** Each after those it depends on, else by name; those in a circle come where the first of them comes. */
export function dependencyOrder(objects: readonly KubeObject[]): KubeObject[] {
  const byKey = new Map(objects.map((one) => [keyOf(one), one]));
  const ordered: KubeObject[] = [];
  const seen = new Set<string>();
  const visit = (key: string) => {
    const object = byKey.get(key);
    if (!object || seen.has(key)) return;
    seen.add(key);
    for (const dependency of dependenciesOf(object)) visit(dependency);
    ordered.push(object);
  };
  for (const key of [...byKey.keys()].sort()) visit(key);
  return ordered;
}
