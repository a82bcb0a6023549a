import type { IReceiver } from "@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1";
import type { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { missing, type Reference, referWithKind } from "./reference.js";
import { interval, invalid, objectName, optional } from "./validation.js";

type Spec = NonNullable<IReceiver["spec"]>;

/** Properties of a Receiver. */
export interface ReceiverProps extends FluxObjectProps, Readonly<Pick<Spec, "resourceFilter" | "suspend" | "type">> {
  /** Accepted events of the caller: `Push Hook` for GitLab. @default all events */
  readonly events?: readonly string[];
  /** Objects that are reconciled at each call. */
  readonly resources: ReadonlyArray<Reference<Spec["resources"][number]["kind"]>>;
  /** Secret with the key `token`, which the caller has to send, in the same namespace. */
  readonly secretName: string;
  readonly interval?: Duration;
}

/**
 * An endpoint for webhooks: Flux fetches a push at once and not at the next interval.
 *
 * @see https://fluxcd.io/flux/components/notification/receivers/
 */
export class Receiver extends FluxObject<"Receiver"> {
  constructor(scope: Construct, id: string, props: ReceiverProps) {
    super(scope, id, props, {
      apiVersion: "notification.toolkit.fluxcd.io/v1",
      kind: "Receiver",
      spec: () => render(this, props),
      validate: () => validationErrors(this, props),
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

function validationErrors(self: Receiver, props: ReceiverProps): string[] {
  const resources = props.resources ?? [];
  return [
    ...(resources.length === 0 ? invalid("resources", "at least one", props.resources) : []),
    ...resources.flatMap((resource, index) => missing(self, `resources[${index}]`, resource)),
    ...objectName("secretName", props.secretName),
    ...optional(interval, "interval", props.interval),
  ];
}
