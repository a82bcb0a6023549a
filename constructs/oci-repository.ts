import type { IOCIRepository } from "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, interval, invalid, objectName, optional } from "./validation.js";

type Spec = NonNullable<IOCIRepository["spec"]>;

/** Properties of an OCIRepository. */
export interface OCIRepositoryProps
  extends FluxObjectProps,
    Readonly<
      Pick<Spec, "ignore" | "insecure" | "layerSelector" | "provider" | "serviceAccountName" | "suspend" | "verify">
    > {
  /** `oci://HOST/PATH`, without a tag. */
  readonly url: string;
  /**
   * `tag` or `semver` (with `semverFilter`), or `digest`, beside which a tag only tells people which
   * version it is.
   *
   * @default the tag `latest`
   */
  readonly ref?: Readonly<NonNullable<Spec["ref"]>>;
  /** Time between two reads of the registry. @default ten minutes */
  readonly interval?: Duration;
  readonly timeout?: Duration;
  /** Secret of type `kubernetes.io/dockerconfigjson`, in the same namespace. @default none */
  readonly secretName?: string;
  /** Secret with `ca.crt`, `tls.crt` and `tls.key`. @default the authorities of the system */
  readonly certSecretName?: string;
}

/**
 * A source of an artifact in a container registry: manifests or a Helm chart.
 *
 * @see https://fluxcd.io/flux/components/source/ocirepositories/
 */
export class OCIRepository extends FluxObject<"OCIRepository"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"OCIRepository"> {
    return named("OCIRepository", name, options);
  }

  constructor(scope: Construct, id: string, props: OCIRepositoryProps) {
    super(scope, id, props, {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "OCIRepository",
      spec: () => render(props),
      validate: () => validationErrors(props),
    });
  }
}

function render(props: OCIRepositoryProps): Rendered<Spec> {
  return {
    url: props.url,
    ref: props.ref && { ...props.ref },
    interval: fluxDuration(props.interval ?? Duration.minutes(10)),
    timeout: optionalFluxDuration(props.timeout),
    secretRef: local(props.secretName),
    certSecretRef: local(props.certSecretName),
    ignore: props.ignore,
    insecure: props.insecure,
    layerSelector: props.layerSelector,
    provider: props.provider,
    serviceAccountName: props.serviceAccountName,
    suspend: props.suspend,
    verify: props.verify,
  };
}

function validationErrors(props: OCIRepositoryProps): string[] {
  const { tag, semver, digest } = props.ref ?? {};
  const isAmbiguous = semver !== undefined && (tag !== undefined || digest !== undefined);
  return [
    ...address("url", props.url, /^oci:\/\/[^/\s]+(:\d+)?(\/[^\s:@]+)+$/, "oci://HOST/PATH without a tag"),
    ...(isAmbiguous ? invalid("ref", "semver, or tag, digest or both", props.ref) : []),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
    ...optional(objectName, "certSecretName", props.certSecretName),
  ];
}
