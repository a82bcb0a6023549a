import { imageMarker, type OwnedImage, ownedImageMetadata } from "@timonier/kit/image-marker";
import type { ApiObject } from "cdk8s";
import { isScalar, type Pair, parseAllDocuments, visit } from "yaml";

/** Images of an object that image automation owns: its construct, or one around it, has registered them. */
export function ownedImagesOf(object: ApiObject): OwnedImage[] {
  return object.node.scopes
    .flatMap(({ node }) => node.metadata)
    .flatMap(({ type, data }) => (type === ownedImageMetadata ? [data as OwnedImage] : []));
}

/**
 * Adds Flux's marker to the images that automation owns. The text is extended and not rendered
 * again, so that all other bytes stay.
 *
 * @param owned images of each document of the text
 */
export function markImages(text: string, owned: ReadonlyArray<readonly OwnedImage[]>): string {
  if (owned.every((images) => images.length === 0)) return text;
  const markers: Array<{ readonly at: number; readonly comment: string }> = [];
  for (const [index, document] of parseAllDocuments(text).entries()) {
    const policies = new Map((owned[index] ?? []).map(({ image, policy }) => [image, policy]));
    visit(document, {
      Pair: (_, { key, value }: Pair) => {
        if (!isScalar(key) || key.value !== "image" || !isScalar(value) || !value.range) return;
        const policy = policies.get(String(value.value));
        if (policy !== undefined) markers.push({ at: value.range[1], comment: ` ${imageMarker(policy)}` });
      },
    });
  }
  return markers.reduceRight((marked, { at, comment }) => marked.slice(0, at) + comment + marked.slice(at), text);
}
