import type { IImageRepository } from "@kubernetes-models/flux-cd/image.toolkit.fluxcd.io/v1";
import { imageName } from "@timonier/kit/image-reference";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, interval, objectName, optional } from "./validation.js";

type Spec = NonNullable<IImageRepository["spec"]>;

/** Properties of an ImageRepository. */
export interface ImageRepositoryProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "exclusionList" | "insecure" | "provider" | "serviceAccountName" | "suspend">> {
  /** `HOST/PATH`, without a tag. */
  readonly image: string;
  /** Time between two reads of the registry. @default ten minutes */
  readonly interval?: Duration;
  readonly timeout?: Duration;
  /** Secret of type `kubernetes.io/dockerconfigjson`, in the same namespace. @default none */
  readonly secretName?: string;
}

/**
 * The tags of an image in a registry.
 *
 * @see https://fluxcd.io/flux/components/image/imagerepositories/
 */
export class ImageRepository extends FluxObject<"ImageRepository"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"ImageRepository"> {
    return named("ImageRepository", name, options);
  }

  constructor(scope: Construct, id: string, props: ImageRepositoryProps) {
    super(scope, id, props, {
      apiVersion: "image.toolkit.fluxcd.io/v1",
      kind: "ImageRepository",
      spec: () => render(props),
      validate: () => validationErrors(props),
    });
  }
}

function render(props: ImageRepositoryProps): Rendered<Spec> {
  return {
    image: props.image,
    interval: fluxDuration(props.interval ?? Duration.minutes(10)),
    timeout: optionalFluxDuration(props.timeout),
    secretRef: local(props.secretName),
    exclusionList: props.exclusionList,
    insecure: props.insecure,
    provider: props.provider,
    serviceAccountName: props.serviceAccountName,
    suspend: props.suspend,
  };
}

function validationErrors(props: ImageRepositoryProps): string[] {
  return [
    ...address("image", props.image, new RegExp(imageName), "HOST/PATH without a tag"),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
  ];
}
