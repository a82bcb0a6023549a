import { ApiObject, Chart } from "cdk8s";
import type { IConstruct } from "constructs";

const checked = new WeakSet<IConstruct>();

/**
 * Refuses two objects of one kind with one name in one namespace: the second would silently replace the first.
 *
 * One validation for the whole tree that `scope` stands in, however often it is asked for.
 */
export function requireUniqueNames(scope: IConstruct): void {
  const root = scope.node.root;
  if (checked.has(root)) return;
  checked.add(root);
  root.node.addValidation({ validate: () => duplicates(objectsOf(root)) });
}

/** Every object below a construct. */
export function objectsOf(root: IConstruct): ApiObject[] {
  return root.node.findAll().filter((construct) => construct instanceof ApiObject);
}

/** What the API server tells objects apart by, without the version. */
export function identityOf(object: ApiObject): string {
  return `${object.kind} ${object.metadata.namespace ? `${object.metadata.namespace}/` : ""}${String(object.name)}`;
}

function duplicates(objects: readonly ApiObject[]): string[] {
  const first = new Map<string, ApiObject>();
  const found: string[] = [];
  for (const object of objects) {
    const key = `${object.apiGroup} ${identityOf(object)}`;
    const earlier = first.get(key);
    if (earlier) found.push(`${placeOf(object)}: name: ${identityOf(object)} is already made by ${placeOf(earlier)}`);
    else first.set(key, object);
  }
  return found;
}

/** The construct that a person wrote: the object's parent, unless that is the file itself. */
function placeOf(object: ApiObject): string {
  const parent = object.node.scope;
  return parent && !Chart.isChart(parent) ? parent.node.path : object.node.path;
}
