// A Helm chart from a container registry, and a second release that waits until the first one is
// Ready.
//
// A team wants this where charts are in the registry beside the images, as many vendors publish
// them and as GitLab's container registry keeps them. Releases of the same chart share one
// OCIRepository, and so always have the same version.
import { type App, Chart } from "cdk8s";
import { HelmRelease } from "../constructs/helm-release.js";
import { OCIRepository } from "../constructs/oci-repository.js";

/** Adds one OCIRepository and the two releases from it. */
export function chartFromAnOciRegistry(app: App): void {
  const chart = new Chart(app, "chart-from-an-oci-registry", { namespace: "default" });
  const podinfo = new OCIRepository(chart, "podinfo-artifact", {
    url: "oci://ghcr.io/stefanprodan/charts/podinfo",
    ref: { semver: "6.x" },
    // The layer of the artifact that is the chart, as a whole: Flux would otherwise extract the
    // first layer.
    layerSelector: { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation: "copy" },
  });
  const backend = new HelmRelease(chart, "backend", {
    chart: { source: podinfo },
    values: { redis: { enabled: true } },
  });
  new HelmRelease(chart, "frontend", {
    chart: { source: podinfo },
    values: { backend: "http://backend-podinfo:9898/echo" },
    dependsOn: [backend],
  });
}
