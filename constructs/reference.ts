import type { Construct } from "constructs";
import { FluxObject } from "./flux-object.js";
import { identityOf, objectsOf } from "./unique-names.js";
import { fault } from "./validation.js";

/** An object that another one names: the construct itself, or {@link named}. */
export interface Reference<K extends string = string> {
  readonly kind: K;
  readonly name: string;
  /** @default the namespace of whoever refers to it */
  readonly namespace?: string | undefined;
  /** True for what is not in this app, such as the `flux-system` repository of the bootstrap. @default false */
  readonly external?: boolean;
}

/** How to name an object. */
export interface NamedOptions {
  /** @default the namespace of whoever refers to it */
  readonly namespace?: string;
  /** Made elsewhere: do not look for it in this app. @default false */
  readonly external?: boolean;
}

/** An object by its name, for where its construct is out of reach. */
export function named<K extends string>(kind: K, name: string, options: NamedOptions = {}): Reference<K> {
  return { kind, name, ...options };
}

/** A reference that is not there is a fault: Flux would wait for it for ever. */
export function missing(from: FluxObject, field: string, to: Reference | undefined): string[] {
  if (to === undefined || typeof to.kind !== "string" || typeof to.name !== "string") {
    return fault(field, "a construct or a named reference", to);
  }
  if (to.external) return [];
  if (to instanceof FluxObject) {
    return sameApp(from, to) ? [] : [`${field}: ${to.kind} "${to.name}" is made in another app; name it as external`];
  }
  const namespace = to.namespace ?? from.namespace;
  const wanted = `${to.kind} ${namespace ? `${namespace}/` : ""}${to.name}`;
  if (objectsOf(from.node.root).some((object) => identityOf(object) === wanted)) return [];
  return [`${field}: no ${wanted} in this app; make one, or name it with { external: true }`];
}

/** `name`, and `namespace` only where it is another one: Flux refuses cross-namespace references when told to, even to itself. */
export function refer(from: FluxObject, to: Reference): { name: string; namespace?: string } {
  return {
    name: to.name,
    ...(to.namespace !== undefined && to.namespace !== from.namespace && { namespace: to.namespace }),
  };
}

/** {@link refer} with the kind, as `sourceRef` and `resources` want it. */
export function referWithKind<K extends string>(
  from: FluxObject,
  to: Reference<K>,
): { kind: K; name: string; namespace?: string } {
  return { kind: to.kind, ...refer(from, to) };
}

/** A reference to a Secret, a ConfigMap or a provider in the same namespace; undefined when there is none. */
export function local(name: string | undefined): { name: string } | undefined {
  return name === undefined ? undefined : { name };
}

function sameApp(one: Construct, other: Construct): boolean {
  return one.node.root === other.node.root;
}
