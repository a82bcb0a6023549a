import { pushOnly } from "@timonier/kit/image-marker";
import { type App, Chart, Duration } from "cdk8s";
import { AutomatedImage } from "../constructs/automated-image.js";
import { GitRepository } from "../constructs/git-repository.js";
import { ImagePolicy } from "../constructs/image-policy.js";
import { ImageRepository } from "../constructs/image-repository.js";
import { ImageUpdateAutomation } from "../constructs/image-update-automation.js";
import type { ApplicationRepository } from "./delivery.js";
import type { Settings } from "./settings.js";

/** Name of the automation, of its source, and of the Secret with the token that pushes. */
export const imageAutomation = "image-automation";

/** Branch for the tags that policies select. Its merge request is merged like every other one. */
export const imagesBranch = "timonier/images";

/** How often registries are read, and how often the branch is checked; a new tag is pushed at once. */
const interval = Duration.minutes(5);

/** An image that automation owns, and the ImagePolicy for it. */
export interface NamedImage {
  /** Name of the ImageRepository and of the ImagePolicy. */
  readonly name: string;
  readonly image: AutomatedImage;
}

/**
 * Names the images of an application's settings and gives them the tags that Git has.
 *
 * @param inGit images by their policies, `NAMESPACE:NAME`
 * @returns the settings with those images, and the images
 */
export function nameImages(
  application: string,
  settings: unknown,
  { namespace }: Settings["delivery"],
  inGit: ReadonlyMap<string, string>,
): { readonly settings: unknown; readonly images: readonly NamedImage[] } {
  const images: NamedImage[] = [];
  const replace = (value: unknown, path: readonly string[]): unknown => {
    if (value instanceof AutomatedImage) {
      const name = nameOf(application, path);
      const policy = `${namespace}:${name}`;
      const image = value.ownedBy(policy, inGit.get(policy));
      images.push({ name, image });
      return image;
    }
    if (Array.isArray(value)) return value.map((one, index) => replace(one, [...path, String(index)]));
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replace(one, [...path, key])]));
  };
  return { settings: replace(settings, []), images };
}

/** `shop` for the setting `image` of the application; `shop.worker` for `worker.image`. A name of an application has no dot. */
function nameOf(application: string, path: readonly string[]): string {
  const keys = path.at(-1) === "image" ? path.slice(0, -1) : path;
  const words = keys.map((key) => key.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase());
  return [application, ...words].join(".");
}

/**
 * File `image-automation.yaml`: Flux reads the tags of the images, selects one of each, and pushes
 * them to a branch for which GitLab opens a merge request.
 *
 * @param path folder of the application repository in which tags are updated
 */
export function automateImages(
  setup: App,
  images: readonly NamedImage[],
  { url, branch, path }: ApplicationRepository & { readonly path: string },
  delivery: Settings["delivery"],
): void {
  const file = new Chart(setup, imageAutomation, { namespace: delivery.namespace });
  for (const { name, image } of images) {
    const { secretName, insecure } = image;
    const repository = new ImageRepository(file, `repository-${name}`, {
      name,
      image: image.repository,
      interval,
      ...(secretName !== undefined && { secretName }),
      ...(insecure && { insecure }),
    });
    new ImagePolicy(file, `policy-${name}`, { name, repository, policy: { semver: { range: image.policy } } });
  }
  const source = new GitRepository(file, "source", {
    name: imageAutomation,
    url,
    branch,
    interval: delivery.interval,
    secretName: imageAutomation,
    annotations: { [pushOnly]: "true" },
  });
  new ImageUpdateAutomation(file, "automation", {
    name: imageAutomation,
    source,
    path,
    interval,
    pushBranch: imagesBranch,
    pushOptions: {
      "merge_request.create": "true",
      "merge_request.target": branch,
      "merge_request.title": title,
      "merge_request.remove_source_branch": "true",
    },
    author: { name: "Flux", email: "flux@timonier.invalid" },
    messageTemplate,
  });
}

const title = "Update images";

/** One line for each image: `nginx:1.14.2 -> nginx:1.14.3`. */
const messageTemplate = `${title}

{{ range .Changed.Changes }}- {{ .OldValue }} -> {{ .NewValue }}
{{ end }}`;
