import type { IReceiver } from "@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1";
import type { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { missing, type Reference, referWithKind } from "./reference.js";
import { fault, interval, objectName, optional } from "./validation.js";

type Spec = NonNullable<IReceiver["spec"]>;

/** Who calls, and what is looked at then. */
export interface ReceiverProps extends FluxObjectProps, Readonly<Pick<Spec, "resourceFilter" | "suspend" | "type">> {
  /** Events of the caller that count: `Push Hook` for GitLab. @default all of them */
  readonly events?: readonly string[];
  /** What is looked at as soon as a call comes. */
  readonly resources: ReadonlyArray<Reference<Spec["resources"][number]["kind"]>>;
  /** Secret with the key `token`, which the caller must know, in the same namespace. */
  readonly secretName: string;
  readonly interval?: Duration;
}

/**
 * A webhook's address: a push is fetched at once instead of at the next interval.
 *
 * @see https://fluxcd.io/flux/components/notification/receivers/
 */
export class Receiver extends FluxObject<"Receiver"> {
  constructor(scope: Construct, id: string, props: ReceiverProps) {
    super(scope, id, props, {
      apiVersion: "notification.toolkit.fluxcd.io/v1",
      kind: "Receiver",
      spec: () => render(this, props),
      faults: () => faults(this, props),
    });
  }
}

function render(self: Receiver, props: ReceiverProps): Rendered<Spec> {
  return {
    type: props.type,
    events: props.events && [...props.events],
    resources: props.resources.map((resource) => referWithKind(self, resource)),
    secretRef: { name: props.secretName },
    interval: optionalFluxDuration(props.interval),
    resourceFilter: props.resourceFilter,
    suspend: props.suspend,
  };
}

function faults(self: Receiver, props: ReceiverProps): string[] {
  const resources = props.resources ?? [];
  return [
    ...(resources.length === 0 ? fault("resources", "at least one", props.resources) : []),
    ...resources.flatMap((resource, index) => missing(self, `resources[${index}]`, resource)),
    ...objectName("secretName", props.secretName),
    ...optional(interval, "interval", props.interval),
  ];
}
