import { imageControllers } from "@timonier/health/flux-controllers";

/** What `flux install` installs without options. */
const ofEveryStack = ["source-controller", "kustomize-controller", "helm-controller", "notification-controller"];

/**
 * Controllers that a stack installs, for `flux install --components`.
 *
 * @returns none for Flux's own choice, so that a stack without image automation has the bytes of
 *   `flux install` without options
 */
export function fluxComponents({ imageAutomation }: { readonly imageAutomation: boolean }): readonly string[] {
  return imageAutomation ? [...ofEveryStack, ...imageControllers] : [];
}
