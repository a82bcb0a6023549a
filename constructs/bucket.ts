import type { IBucket } from "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, filled, interval, objectName, optional } from "./validation.js";

type Spec = NonNullable<IBucket["spec"]>;

/** Properties of a Bucket. */
export interface BucketProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "ignore" | "insecure" | "prefix" | "provider" | "region" | "serviceAccountName" | "suspend">> {
  readonly bucketName: string;
  /** Host and optional port, without a scheme: `minio.example.org:9000`. */
  readonly endpoint: string;
  /** Time between two reads of the bucket. @default ten minutes */
  readonly interval?: Duration;
  readonly timeout?: Duration;
  /** Secret with `accesskey` and `secretkey`, in the same namespace. @default none */
  readonly secretName?: string;
}

/**
 * A source of files in an S3-compatible bucket.
 *
 * @see https://fluxcd.io/flux/components/source/buckets/
 */
export class Bucket extends FluxObject<"Bucket"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"Bucket"> {
    return named("Bucket", name, options);
  }

  constructor(scope: Construct, id: string, props: BucketProps) {
    super(scope, id, props, {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "Bucket",
      spec: () => render(props),
      validate: () => validationErrors(props),
    });
  }
}

function render(props: BucketProps): Rendered<Spec> {
  return {
    bucketName: props.bucketName,
    endpoint: props.endpoint,
    interval: fluxDuration(props.interval ?? Duration.minutes(10)),
    timeout: optionalFluxDuration(props.timeout),
    secretRef: local(props.secretName),
    ignore: props.ignore,
    insecure: props.insecure,
    prefix: props.prefix,
    provider: props.provider,
    region: props.region,
    serviceAccountName: props.serviceAccountName,
    suspend: props.suspend,
  };
}

function validationErrors(props: BucketProps): string[] {
  return [
    ...filled("bucketName", props.bucketName, "the name of a bucket"),
    ...address("endpoint", props.endpoint, /^[^/\s@]+$/, "HOST or HOST:PORT"),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
  ];
}
