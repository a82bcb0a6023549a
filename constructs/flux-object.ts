import { ApiObject, Lazy } from "cdk8s";
import { Construct } from "constructs";
import { nonPlainMessage, nonPlainValues } from "./plain-values.js";
import { requireUniqueNames } from "./unique-names.js";
import { namespaceName, objectName, optional } from "./validation.js";

/** Properties of every Flux object. */
export interface FluxObjectProps {
  /** Name in the cluster. @default the construct's id */
  readonly name?: string;
  /** @default the chart's namespace */
  readonly namespace?: string;
  /** @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** @default none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A `spec` before rendering: optional fields may be undefined, and are then omitted. */
export type Rendered<T> = { [F in keyof T]: object extends Pick<T, F> ? T[F] | undefined : T[F] };

/** Definition of one kind of object. */
export interface FluxKind<K extends string> {
  readonly apiVersion: string;
  readonly kind: K;
  /** Renders `spec`; called only where there are no validation errors. */
  readonly spec: () => object;
  /** Validation errors of the properties, as `field: expected …, got …`. */
  readonly validate: () => string[];
}

/**
 * A construct that is one Flux object.
 *
 * Constructors do not throw: cdk8s reports the validation errors of all constructs together, with
 * their paths. Rendering comes after validation, so it can rely on the properties.
 */
export abstract class FluxObject<K extends string = string> extends Construct {
  readonly apiVersion: string;
  readonly kind: K;
  /** `metadata.name`, for references. */
  readonly name: string;
  /** `metadata.namespace`; undefined where neither the properties nor the chart set it. */
  readonly namespace: string | undefined;

  protected constructor(scope: Construct, id: string, props: FluxObjectProps, kind: FluxKind<K>) {
    super(scope, id);
    this.apiVersion = kind.apiVersion;
    this.kind = kind.kind;
    this.name = props.name ?? id;
    const object = new ApiObject(this, "Resource", {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        name: this.name,
        ...(props.namespace !== undefined && { namespace: props.namespace }),
        ...(props.labels && { labels: { ...props.labels } }),
        ...(props.annotations && { annotations: { ...props.annotations } }),
      },
      spec: Lazy.any({ produce: kind.spec }),
    });
    this.namespace = object.metadata.namespace;
    this.node.addValidation({
      validate: () =>
        propsErrors(props, () => [
          ...objectName("name", this.name),
          ...optional(namespaceName, "namespace", this.namespace),
          ...kind.validate(),
        ]),
    });
    requireUniqueNames(this);
  }
}

/** Validation errors of properties; a value that a manifest cannot contain is reported only once. */
export function propsErrors(props: object, validate: () => string[]): string[] {
  const rejected = nonPlainValues(props);
  return [
    ...rejected.map(({ path, what }) => `${path}: ${nonPlainMessage(what)}`),
    ...validate().filter((text) => !rejected.some(({ path }) => text.startsWith(`${path}: `))),
  ];
}
