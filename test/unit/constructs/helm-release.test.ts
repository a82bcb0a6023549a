import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { HelmRelease, type HelmReleaseProps } from "../../../constructs/helm-release.js";
import { HelmRepository } from "../../../constructs/helm-repository.js";
import { OCIRepository } from "../../../constructs/oci-repository.js";

const apps = () => new Chart(new App(), "apps", { namespace: "default" });

test("installs a version of a chart from a repository, with values", () => {
  // GIVEN
  const chart = apps();
  const source = new HelmRepository(chart, "podinfo", { url: "https://stefanprodan.github.io/podinfo" });
  // WHEN
  new HelmRelease(chart, "web", {
    chart: { chart: "podinfo", source, version: "6.x" },
    values: { replicaCount: 2 },
    interval: Duration.minutes(5),
    targetNamespace: "web",
    upgrade: { remediation: { retries: 3 } },
  });
  // THEN
  expect(Testing.synth(chart)[1]).toEqual({
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "default" },
    spec: {
      interval: "5m",
      chart: { spec: { chart: "podinfo", version: "6.x", sourceRef: { kind: "HelmRepository", name: "podinfo" } } },
      values: { replicaCount: 2 },
      targetNamespace: "web",
      upgrade: { remediation: { retries: 3 } },
    },
  });
});

test("installs an artifact that is the chart, after another release", () => {
  const chart = apps();
  const source = new OCIRepository(chart, "chart", { url: "oci://ghcr.io/stefanprodan/charts/podinfo" });
  const dependsOn = [HelmRelease.named("base", { namespace: "infra", external: true })];
  new HelmRelease(chart, "web", { chart: { source }, dependsOn });
  expect(Testing.synth(chart)[1].spec).toEqual({
    interval: "10m",
    chartRef: { kind: "OCIRepository", name: "chart" },
    dependsOn: [{ name: "base", namespace: "infra" }],
  });
});

test("refuses every fault at once, naming the construct", () => {
  const chart = apps();
  const wrong = {
    chart: { chart: "", source: HelmRepository.named("nowhere") },
    interval: "5 minutes",
    targetNamespace: "Web",
    releaseName: "r".repeat(54),
  };
  new HelmRelease(chart, "web", wrong as unknown as HelmReleaseProps);
  expect(() => Testing.synth(chart)).toThrow(
    /\[apps\/web\] chart\.source: HelmRepository default\/nowhere is not in[\s\S]*chart\.chart:[\s\S]*interval:[\s\S]*targetNamespace:[\s\S]*releaseName:/,
  );
});

test("a chart that is missing altogether is a fault, not a crash", () => {
  const chart = apps();
  new HelmRelease(chart, "web", {} as HelmReleaseProps);
  expect(() => Testing.synth(chart)).toThrow(/\[apps\/web\] chart: expected a chart and its source, got nothing/);
});
