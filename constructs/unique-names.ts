import { ApiObject, Chart } from "cdk8s";
import type { IConstruct } from "constructs";

const checked = new WeakSet<IConstruct>();

/**
 * Adds a validation that rejects two objects with the same kind, name and namespace, because the
 * second would replace the first. It is added once for the whole tree of `scope`.
 */
export function requireUniqueNames(scope: IConstruct): void {
  const root = scope.node.root;
  if (checked.has(root)) return;
  checked.add(root);
  root.node.addValidation({ validate: () => duplicates(objectsOf(root)) });
}

/** All objects below a construct. */
export function objectsOf(root: IConstruct): ApiObject[] {
  return root.node.findAll().filter((construct) => construct instanceof ApiObject);
}

/** Kind, namespace and name of an object. */
export function identityOf(object: ApiObject): string {
  return `${object.kind} ${object.metadata.namespace ? `${object.metadata.namespace}/` : ""}${String(object.name)}`;
}

function duplicates(objects: readonly ApiObject[]): string[] {
  const first = new Map<string, ApiObject>();
  const found: string[] = [];
  for (const object of objects) {
    const key = `${object.apiGroup} ${identityOf(object)}`;
    const earlier = first.get(key);
    if (earlier)
      found.push(`${placeOf(object)}: name: ${identityOf(object)} is already defined by ${placeOf(earlier)}`);
    else first.set(key, object);
  }
  return found;
}

/** Path of the construct in the program: that of the object's parent, unless the parent is the chart. */
function placeOf(object: ApiObject): string {
  const parent = object.node.scope;
  return parent && !Chart.isChart(parent) ? parent.node.path : object.node.path;
}
