import { UserError } from "@timonier/kit/user-error";
import type { PlatformConfig } from "../config.js";
import type { GitLabFeatures } from "./gitlab-instance.js";

/**
 * Checks that Flux can get a token that pushes image updates. Without it, the controllers would run
 * and fail.
 *
 * @throws UserError where the licence has no project access tokens
 */
export function requireImageTokens(
  { imageAutomation }: Pick<PlatformConfig, "imageAutomation">,
  { projectTokens }: Pick<GitLabFeatures, "projectTokens">,
): void {
  if (!imageAutomation || projectTokens) return;
  throw new UserError(
    "image automation needs project access tokens, which this GitLab's licence does not have",
    "setting timonier:imageAutomation",
    "set timonier:imageAutomation to false, or use GitLab Premium (set gitlabTier if the licence is hidden from this token)",
    { code: "TIM-840" },
  );
}
