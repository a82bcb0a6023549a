/**
 * Type of the metadata of a construct whose image Flux's automation owns; the data is an
 * {@link OwnedImage}. The renderer of manifests marks the image for each object of that construct.
 */
export const ownedImageMetadata = "timonier:owned-image";

/**
 * Annotation of a source to which Flux pushes. No Kustomization follows it, so it may be behind its
 * branch.
 */
export const pushOnly = "timonier/push-only";

/** An image whose tag image automation sets in Git. */
export interface OwnedImage {
  /** ImagePolicy that selects the tag: `NAMESPACE/NAME` with a colon, `default:shop`. */
  readonly policy: string;
  /** The image as the manifest has it: `registry.example.org/team/shop:1.4.2`. */
  readonly image: string;
}

const markedLine = /^(\s*(?:- )?image: )(['"]?)([^\s'"]+)\2( # \{"\$imagepolicy": "([^"\s]+)"\})\s*$/gm;

/**
 * Comment after the value that Flux sets.
 *
 * @see https://fluxcd.io/flux/guides/image-update/#configure-image-update-for-custom-resources
 */
export function imageMarker(policy: string): string {
  return `# {"$imagepolicy": "${policy}"}`;
}

/** The images of the marked lines of a manifest, by their policies. */
export function markedImages(text: string): Map<string, string> {
  return new Map([...text.matchAll(markedLine)].map(([, , , image = "", , policy = ""]) => [policy, image]));
}

/** The text without the images of marked lines, which change in Git without a synthesis. */
export function withoutMarkedImages(text: string): string {
  return text.replace(markedLine, "$1$4");
}
