import type { ApiObject } from "cdk8s";
import type { Construct, IConstruct } from "constructs";
import { FluxObject } from "./flux-object.js";
import { identityOf, objectsOf } from "./unique-names.js";
import { invalid } from "./validation.js";

/** Reference to an object: its construct, or the result of {@link named}. */
export interface Reference<K extends string = string> {
  readonly kind: K;
  readonly name: string;
  /** @default the namespace of the referring object */
  readonly namespace?: string | undefined;
  /**
   * Whether the object is not in this app, such as the `flux-system` repository of the bootstrap.
   *
   * @default false
   */
  readonly external?: boolean;
}

/** Options of {@link named}. */
export interface NamedOptions {
  /** @default the namespace of the referring object */
  readonly namespace?: string;
  /** Whether the object is outside of this app. @default false */
  readonly external?: boolean;
}

/** Reference by name, where the construct is not accessible. */
export function named<K extends string>(kind: K, name: string, options: NamedOptions = {}): Reference<K> {
  return { kind, name, ...options };
}

/** Validation errors for a reference to a missing object, for which Flux would wait for ever. */
export function missing(from: FluxObject, field: string, to: Reference | undefined): string[] {
  if (to === undefined || typeof to.kind !== "string" || typeof to.name !== "string") {
    return invalid(field, "a construct or a named reference", to);
  }
  if (to.external) return [];
  if (to instanceof FluxObject) {
    return sameApp(from, to)
      ? []
      : [`${field}: ${to.kind} "${to.name}" belongs to another app; refer to it with { external: true }`];
  }
  const namespace = to.namespace ?? from.namespace;
  const wanted = `${to.kind} ${namespace ? `${namespace}/` : ""}${to.name}`;
  if (hasObject(from.node.root, wanted)) return [];
  return [`${field}: ${wanted} is not in this app; add it, or refer to it with { external: true }`];
}

/**
 * `name`, and `namespace` only where it differs, because Flux can be set to reject all references
 * with a namespace.
 */
export function refer(from: FluxObject, to: Reference): { name: string; namespace?: string } {
  return {
    name: to.name,
    ...(to.namespace !== undefined && to.namespace !== from.namespace && { namespace: to.namespace }),
  };
}

/** {@link refer} with the kind, for `sourceRef` and `resources`. */
export function referWithKind<K extends string>(
  from: FluxObject,
  to: Reference<K>,
): { kind: K; name: string; namespace?: string } {
  return { kind: to.kind, ...refer(from, to) };
}

/** A reference to a Secret, a ConfigMap or a provider in the same namespace; undefined without a name. */
export function local(name: string | undefined): { name: string } | undefined {
  return name === undefined ? undefined : { name };
}

/** Objects of the trees of constructs that were searched, by their identities. */
const indexes = new WeakMap<IConstruct, ReadonlyMap<string, ApiObject>>();

/** Whether a tree has an object. Searching it for each of many references would take long. */
function hasObject(root: IConstruct, identity: string): boolean {
  const known = indexes.get(root)?.get(identity);
  if (known && isAttached(known)) return true;
  // The tree may have grown since.
  const index = new Map(objectsOf(root).map((object) => [identityOf(object), object]));
  indexes.set(root, index);
  return index.has(identity);
}

/** Whether neither a construct nor one around it was removed from its parent. */
function isAttached({ node }: IConstruct): boolean {
  return node.scopes.every(({ node: { scope, id } }, depth) => {
    return scope === undefined || scope.node.tryFindChild(id) === node.scopes[depth];
  });
}

function sameApp(one: Construct, other: Construct): boolean {
  return one.node.root === other.node.root;
}
