// Results of Flux on the commits in GitLab: each commit gets a status, passed or failed, for each
// Kustomization.
//
// A team wants this to see in a merge request or pipeline whether the cluster applied a commit,
// without access to the cluster. A chat needs the same two objects with another `type`, for example
// `slack`.
import { type App, Chart } from "cdk8s";
import { Alert } from "../constructs/alert.js";
import { Kustomization } from "../constructs/kustomization.js";
import { NotificationProvider } from "../constructs/notification-provider.js";

/** Adds the receiver of events and the rule for which events it gets. */
export function alertsToGitLab(app: App): void {
  const chart = new Chart(app, "alerts-to-gitlab", { namespace: "default" });
  const status = new NotificationProvider(chart, "commit-status", {
    type: "gitlab",
    // The project whose commits get the status: the one that the Kustomizations' source has.
    address: "https://gitlab.example.org/team/fleet",
    // Has `token`: an access token of the project with the scope `api`.
    secretName: "commit-status",
  });
  new Alert(chart, "applied", {
    provider: status,
    // `external`: this Kustomization is not part of this program. "*" means every Kustomization of
    // the namespace.
    sources: [Kustomization.named("*", { external: true })],
    eventSeverity: "info",
  });
}
