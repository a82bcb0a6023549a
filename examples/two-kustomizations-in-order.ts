// Two folders of one Git repository: the second one is applied when everything of the first one is
// Ready.
//
// A team wants this when applications need something that is in the same repository, for example
// the custom resource definitions of an operator. Without the order, the first attempt fails and
// Flux retries it at the next interval.
import { type App, Chart, Duration } from "cdk8s";
import { GitRepository } from "../constructs/git-repository.js";
import { Kustomization } from "../constructs/kustomization.js";

/** Adds the repository and its two Kustomizations. */
export function twoKustomizationsInOrder(app: App): void {
  const chart = new Chart(app, "two-kustomizations-in-order", { namespace: "default" });
  const source = new GitRepository(chart, "fleet", {
    url: "https://gitlab.example.org/team/fleet.git",
    // Has `username` and `password` of a deploy token with the scope `read_repository`.
    secretName: "fleet-read",
  });
  const operators = new Kustomization(chart, "operators", {
    source,
    path: "./operators",
    // Ready means that every applied object is Ready, not only that it was accepted.
    wait: true,
    timeout: Duration.minutes(5),
    retryInterval: Duration.minutes(1),
  });
  new Kustomization(chart, "applications", {
    source,
    path: "./applications",
    dependsOn: [operators],
    // Replaces ${domain} in the manifests, so that several clusters can share the folder.
    substitute: { domain: "west.example.org" },
  });
}
