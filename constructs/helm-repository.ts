import type { IHelmRepository } from "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, interval, objectName, optional } from "./validation.js";

type Spec = NonNullable<IHelmRepository["spec"]>;

/** Properties of a HelmRepository. */
export interface HelmRepositoryProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "insecure" | "passCredentials" | "provider" | "suspend">> {
  /** `https://HOST/PATH` of an index, or `oci://HOST/PATH` of a registry. */
  readonly url: string;
  /** Time between two reads of the index. @default ten minutes; none for an OCI registry */
  readonly interval?: Duration;
  readonly timeout?: Duration;
  /** Secret with `username` and `password`, in the same namespace. @default none */
  readonly secretName?: string;
  /** Secret with `ca.crt`, `tls.crt` and `tls.key`. @default the authorities of the system */
  readonly certSecretName?: string;
}

/**
 * A repository of Helm charts.
 *
 * @see https://fluxcd.io/flux/components/source/helmrepositories/
 */
export class HelmRepository extends FluxObject<"HelmRepository"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"HelmRepository"> {
    return named("HelmRepository", name, options);
  }

  constructor(scope: Construct, id: string, props: HelmRepositoryProps) {
    super(scope, id, props, {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "HelmRepository",
      spec: () => render(props),
      validate: () => validationErrors(props),
    });
  }
}

function render(props: HelmRepositoryProps): Rendered<Spec> {
  const registry = props.url.startsWith("oci://");
  return {
    url: props.url,
    type: registry ? "oci" : undefined,
    interval: registry ? optionalFluxDuration(props.interval) : fluxDuration(props.interval ?? Duration.minutes(10)),
    timeout: optionalFluxDuration(props.timeout),
    secretRef: local(props.secretName),
    certSecretRef: local(props.certSecretName),
    insecure: props.insecure,
    passCredentials: props.passCredentials,
    provider: props.provider,
    suspend: props.suspend,
  };
}

function validationErrors(props: HelmRepositoryProps): string[] {
  return [
    ...address("url", props.url, /^(https?|oci):\/\/[^/\s]+(\/\S*)?$/, "https://HOST/PATH or oci://HOST/PATH"),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
    ...optional(objectName, "certSecretName", props.certSecretName),
  ];
}
