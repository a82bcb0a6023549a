// A Helm chart from a chart repository that is served over HTTPS, installed with values of the
// team.
//
// A team wants this for software whose vendor publishes a chart: an ingress controller,
// cert-manager, a database operator. The version is a range, so Flux installs fixes by itself; an
// exact version makes each of them a merge request.
import { type App, Chart, Duration } from "cdk8s";
import { HelmRelease } from "../constructs/helm-release.js";
import { HelmRepository } from "../constructs/helm-repository.js";

/** Adds the chart repository and the release. */
export function chartFromARepository(app: App): void {
  const chart = new Chart(app, "chart-from-a-repository", { namespace: "default" });
  const podinfo = new HelmRepository(chart, "podinfo-charts", {
    url: "https://stefanprodan.github.io/podinfo",
    interval: Duration.hours(1),
  });
  new HelmRelease(chart, "podinfo", {
    chart: { chart: "podinfo", source: podinfo, version: "6.x" },
    values: { replicaCount: 2, ui: { message: "installed by Flux" } },
    targetNamespace: "podinfo",
    install: { createNamespace: true, remediation: { retries: 3 } },
    // Corrects what somebody changed by hand in the cluster.
    driftDetection: { mode: "enabled" },
  });
}
