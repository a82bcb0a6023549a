// A push is fetched within seconds: GitLab calls the cluster, and Flux does not wait for the next
// interval.
//
// A team wants this where a minute of waiting is too long, or where many clusters read one GitLab
// and short intervals are a load for it. The interval stays as a fallback for lost calls. timonier
// creates webhook and Receiver for its own repositories (docs/gitlab.md); this example is for
// another repository.
import { type App, Chart, Duration } from "cdk8s";
import { GitRepository } from "../constructs/git-repository.js";
import { Receiver } from "../constructs/receiver.js";

/** Adds the repository and the webhook's receiver. */
export function fasterByWebhook(app: App): void {
  const chart = new Chart(app, "faster-by-webhook", { namespace: "default" });
  const source = new GitRepository(chart, "fleet", {
    url: "https://gitlab.example.org/team/fleet.git",
    interval: Duration.minutes(30),
  });
  // Its `.status.webhookPath` is the path of the URL that GitLab needs; the host is where the
  // Service
  // flux-system/webhook-receiver is reachable.
  new Receiver(chart, "fleet-pushed", {
    type: "gitlab",
    events: ["Push Hook", "Tag Push Hook"],
    resources: [source],
    // Has `token`: the secret token of the webhook in GitLab.
    secretName: "fleet-webhook",
  });
}
