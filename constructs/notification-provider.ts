import type { IProvider } from "@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3";
import type { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, filled, interval, objectName, optional } from "./validation.js";

type Spec = NonNullable<IProvider["spec"]>;

/** Properties of a NotificationProvider. */
export interface NotificationProviderProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "channel" | "commitStatusExpr" | "serviceAccountName" | "suspend" | "type" | "username">> {
  /** URL of the receiving service; for `gitlab` the URL of the project. @default `address` in the Secret */
  readonly address?: string;
  readonly timeout?: Duration;
  /** Secret with the key `token`, in the same namespace. @default none */
  readonly secretName?: string;
  /** Secret with `ca.crt`. @default the authorities of the system */
  readonly certSecretName?: string;
}

/**
 * A receiver of Flux events: a chat, a commit status, a comment on a merge request. The name of the
 * kind is `Provider`.
 *
 * @see https://fluxcd.io/flux/components/notification/providers/
 */
export class NotificationProvider extends FluxObject<"Provider"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: Omit<NamedOptions, "namespace">): Reference<"Provider"> {
    return named("Provider", name, options);
  }

  constructor(scope: Construct, id: string, props: NotificationProviderProps) {
    super(scope, id, props, {
      apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
      kind: "Provider",
      spec: () => render(props),
      validate: () => validationErrors(props),
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

function validationErrors(props: NotificationProviderProps): string[] {
  return [
    ...filled("type", props.type, "the kind of service: gitlab, slack, generic, …"),
    ...(props.address === undefined ? [] : address("address", props.address, /^\S+$/, "an address")),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
    ...optional(objectName, "certSecretName", props.certSecretName),
  ];
}
