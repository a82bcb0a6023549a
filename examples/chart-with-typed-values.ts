// A Helm chart that is pinned by its digest. Its values have the types of the chart's schema, and
// are checked against it at synthesis.
//
// A team wants this for every chart that it depends on: an upgrade is a merge request that shows
// what differs, a wrong value does not reach the cluster, and a password stays in its Secret.
import { type App, Chart } from "cdk8s";
import { HelmApplication } from "../constructs/helm-application.js";
import { chart } from "./charts/web.js";

/** Adds the source of the chart and the release. */
export function chartWithTypedValues(app: App): void {
  new HelmApplication(new Chart(app, "chart-with-typed-values", { namespace: "default" }), "web", {
    chart,
    values: { replicaCount: 2, service: { type: "ClusterIP" }, auth: { enabled: true } },
    valuesFrom: [{ secret: "web-login", key: "password", targetPath: "auth.password" }],
  });
}
