import { type OwnedImage, ownedImageMetadata } from "@timonier/kit/image-marker";
import type { Construct } from "constructs";

/** What a team says about an image whose tag Flux selects. */
export interface AutomatedImageProps {
  /** Image without its tag: `registry.example.org/team/shop`. */
  readonly repository: string;
  /** Range of the versions that may run: `>=1.14.0 <1.15.0`. The newest one in the registry is proposed. */
  readonly policy: string;
  /** Tag until Git has one: that of the first merge request. */
  readonly initial: string;
  /** Secret of type `kubernetes.io/dockerconfigjson` with which Flux reads the registry. @default none */
  readonly secretName?: string | undefined;
  /** Whether the registry is read by HTTP. @default false */
  readonly insecure?: boolean | undefined;
}

/**
 * An image whose tag image automation owns: a range of versions instead of a tag. A setting of the
 * type `image()` becomes one, and the constructs of this folder take it like a text.
 */
export class AutomatedImage implements AutomatedImageProps {
  readonly repository: string;
  readonly policy: string;
  readonly initial: string;
  readonly secretName: string | undefined;
  readonly insecure: boolean;
  /** Name and current image in Git. @default none: it renders its initial tag, without a marker */
  readonly owned: OwnedImage | undefined;

  constructor(props: AutomatedImageProps, owned?: OwnedImage) {
    this.repository = props.repository;
    this.policy = props.policy;
    this.initial = props.initial;
    this.secretName = props.secretName;
    this.insecure = props.insecure ?? false;
    this.owned = owned;
  }

  /** With the policy that selects its tag, and the image that Git has now. */
  ownedBy(policy: string, inGit: string | undefined): AutomatedImage {
    // The tag of another repository says nothing about this one.
    const kept = inGit?.startsWith(`${this.repository}:`) ? inGit : undefined;
    return new AutomatedImage(this, { policy, image: kept ?? this.reference });
  }

  /** The image with its tag. */
  get reference(): string {
    return this.owned?.image ?? `${this.repository}:${this.initial}`;
  }
}

/** An image with its tag or digest, or one whose tag image automation owns. */
export type Image = string | AutomatedImage;

/** The text of an image, for a manifest. */
export function imageReferenceOf(image: Image): string {
  return image instanceof AutomatedImage ? image.reference : image;
}

/**
 * Registers the image of a construct, so that its line in the manifest gets Flux's marker. Constructs
 * of this folder do it themselves; your own ones call it beside {@link imageReferenceOf}.
 */
export function markImage(construct: Construct, image: Image): void {
  if (image instanceof AutomatedImage && image.owned) construct.node.addMetadata(ownedImageMetadata, image.owned);
}
