import { markedImages } from "@timonier/kit/image-marker";
import { type SettingsFiles, settingsFor } from "../../apps/environments.js";
import { AutomatedImage } from "../../constructs/automated-image.js";
import { synthesisFor } from "../merge-request/synthesis.js";

/**
 * Paths of the files in the application repository with images that automation owns. Environments
 * are synthesized only where a setting has such an image, because that takes time.
 *
 * @throws UserError for settings or constructs that are wrong
 */
export function pathsOfOwnedImages(files: SettingsFiles, environment: string): readonly string[] {
  if (!hasAutomatedImage(settingsFor(files, environment).settings)) return [];
  const names = {
    ...{ cluster: "cluster", branch: undefined, applicationUrl: undefined },
    ...{ environment, imageAutomation: false },
  };
  const { application } = synthesisFor(names, files).trees;
  return [...application].filter(([, text]) => markedImages(text).size > 0).map(([path]) => path);
}

/** Name of the application that a policy such as `default:shop` or `default:shop.worker` belongs to. */
export function applicationOfPolicy(policy: string): string {
  return policy.replace(/^[^:]*:/, "").split(".")[0] ?? "";
}

function hasAutomatedImage(value: unknown): boolean {
  if (value instanceof AutomatedImage) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasAutomatedImage);
}
