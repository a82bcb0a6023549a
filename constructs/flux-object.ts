import { ApiObject, Lazy } from "cdk8s";
import { Construct } from "constructs";
import { outputRefused, unsettledValues } from "./plain-values.js";
import { requireUniqueNames } from "./unique-names.js";
import { namespaceName, objectName, optional } from "./validation.js";

/** What every Flux object can be given. */
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

/** `spec` as it may be rendered: an optional field may also be undefined, and is then left out. */
export type Rendered<T> = { [F in keyof T]: object extends Pick<T, F> ? T[F] | undefined : T[F] };

/** What makes one kind of object. */
export interface FluxKind<K extends string> {
  readonly apiVersion: string;
  readonly kind: K;
  /** Renders `spec`; called only when there are no faults. */
  readonly spec: () => object;
  /** Every fault of the props, as `field: expected …, got …`. */
  readonly faults: () => string[];
}

/**
 * A construct that is one object of Flux.
 *
 * Nothing throws while the tree is built: every fault waits for validation, where cdk8s reports all of them at once with
 * the constructs' paths. Rendering comes after that, so it may rely on the props.
 */
export abstract class FluxObject<K extends string = string> extends Construct {
  readonly apiVersion: string;
  readonly kind: K;
  /** `metadata.name`, for whoever refers to it. */
  readonly name: string;
  /** `metadata.namespace`; undefined where neither the props nor the chart say one. */
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
        propsFaults(props, () => [
          ...objectName("name", this.name),
          ...optional(namespaceName, "namespace", this.namespace),
          ...kind.faults(),
        ]),
    });
    requireUniqueNames(this);
  }
}

/** The faults of a construct's props; a value that cannot be in a manifest at all is reported once, and as that. */
export function propsFaults(props: object, faults: () => string[]): string[] {
  const refused = unsettledValues(props);
  return [
    ...refused.map(({ path, what }) => `${path}: ${outputRefused(what)}`),
    ...faults().filter((text) => !refused.some(({ path }) => text.startsWith(`${path}: `))),
  ];
}
