import { markedImages } from "@timonier/kit/image-marker";
import type { Trees } from "@timonier/manifests/tree";
import type { AppsInput } from "../../apps/main.js";

/**
 * Warning for images that automation owns in a stack without Flux's image controllers. Another stack
 * of the same repository may have them.
 *
 * @returns undefined where there is nothing to say: later environments get tags by promotion
 */
export function unfollowedImages(
  { imageAutomation, environment }: Pick<AppsInput, "imageAutomation" | "environment">,
  { application }: Trees,
): string | undefined {
  if (imageAutomation || (environment?.position ?? 0) > 0) return undefined;
  const policies = [...application.values()].flatMap((text) => [...markedImages(text).keys()]);
  if (policies.length === 0) return undefined;
  return `no image policy is followed in this stack (${policies.join(", ")}): set timonier:imageAutomation to true, unless another stack of the same repository follows them`;
}
