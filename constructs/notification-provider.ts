import type { IProvider } from "@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3";
import type { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, filled, interval, objectName, optional } from "./validation.js";

type Spec = NonNullable<IProvider["spec"]>;

/** Where Flux sends its events. */
export interface NotificationProviderProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "channel" | "commitStatusExpr" | "serviceAccountName" | "suspend" | "type" | "username">> {
  /** Address of the receiving service; for `gitlab` that of the project. @default the Secret's `address` */
  readonly address?: string;
  readonly timeout?: Duration;
  /** Secret with the key `token`, in the same namespace. @default none */
  readonly secretName?: string;
  /** Secret with `ca.crt`. @default the system's authorities */
  readonly certSecretName?: string;
}

/**
 * A receiver of Flux's events: a chat, a commit's status, a comment on a merge request. The kind's name is `Provider`.
 *
 * @see https://fluxcd.io/flux/components/notification/providers/
 */
export class NotificationProvider extends FluxObject<"Provider"> {
  /** One that is made elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: Omit<NamedOptions, "namespace">): Reference<"Provider"> {
    return named("Provider", name, options);
  }

  constructor(scope: Construct, id: string, props: NotificationProviderProps) {
    super(scope, id, props, {
      apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
      kind: "Provider",
      spec: () => render(props),
      faults: () => faults(props),
    });
  }
}

function render(props: NotificationProviderProps): Rendered<Spec> {
  return {
    type: props.type,
    address: props.address,
    timeout: optionalFluxDuration(props.timeout),
    secretRef: local(props.secretName),
    certSecretRef: local(props.certSecretName),
    channel: props.channel,
    commitStatusExpr: props.commitStatusExpr,
    serviceAccountName: props.serviceAccountName,
    suspend: props.suspend,
    username: props.username,
  };
}

function faults(props: NotificationProviderProps): string[] {
  return [
    ...filled("type", props.type, "the kind of service: gitlab, slack, generic, …"),
    ...(props.address === undefined ? [] : address("address", props.address, /^\S+$/, "an address")),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
    ...optional(objectName, "certSecretName", props.certSecretName),
  ];
}
