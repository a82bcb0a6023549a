// A new image gets into Git by itself: Flux lists the tags in the registry, picks one, and commits
// it to a branch, for which GitLab opens a merge request.
//
// A team wants this for images of a repository that it writes by hand: tags are not edited, and a
// merge request still decides what runs. For an application of apps/, the setting `image: {
// repository, policy, initial }` does all of this (docs/apps.md). It needs the stack's setting
// imageAutomation, which installs Flux's image controllers.
//
// The file in Git marks the value to replace: `newTag: 1.4.2 # {"$imagepolicy":
// "default:shop:tag"}`, for example in a kustomization.yaml with `images`.
import { type App, Chart, Duration } from "cdk8s";
import { GitRepository } from "../constructs/git-repository.js";
import { ImagePolicy } from "../constructs/image-policy.js";
import { ImageRepository } from "../constructs/image-repository.js";
import { ImageUpdateAutomation } from "../constructs/image-update-automation.js";

/** Adds the image's tags, the rule that picks one, and the commits. */
export function imagesByAutomation(app: App): void {
  const chart = new Chart(app, "images-by-automation", { namespace: "default" });
  const repository = new ImageRepository(chart, "shop", {
    image: "registry.gitlab.example.org/team/shop",
    interval: Duration.minutes(5),
    // Of type kubernetes.io/dockerconfigjson: a deploy token with the scope `read_registry`.
    secretName: "shop-registry",
  });
  new ImagePolicy(chart, "shop-policy", {
    name: "shop",
    repository,
    policy: { semver: { range: "1.x" } },
  });
  const source = new GitRepository(chart, "fleet", {
    url: "https://gitlab.example.org/team/fleet.git",
    // A deploy token cannot push: an access token of the project with the scope `write_repository`.
    secretName: "fleet-write",
  });
  new ImageUpdateAutomation(chart, "shop-updates", {
    source,
    path: "./clusters/west",
    pushBranch: "flux/images",
    pushOptions: { "merge_request.create": "true", "merge_request.target": "main" },
    author: { name: "Flux", email: "flux@example.org" },
    messageTemplate: "chore: update images",
  });
}
