import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { Bucket } from "../../../constructs/bucket.js";
import { HelmRepository } from "../../../constructs/helm-repository.js";
import { Kustomization } from "../../../constructs/kustomization.js";
import { OCIRepository } from "../../../constructs/oci-repository.js";

const sources = () => new Chart(new App(), "sources", { namespace: "default" });

test("a HelmRepository over HTTPS is looked at every ten minutes", () => {
  const chart = sources();
  new HelmRepository(chart, "charts", { url: "https://charts.example.org", secretName: "read" });
  expect(Testing.synth(chart)[0]).toEqual({
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmRepository",
    metadata: { name: "charts", namespace: "default" },
    spec: { url: "https://charts.example.org", interval: "10m", secretRef: { name: "read" } },
  });
});

test("a HelmRepository in a registry says so and is not looked at", () => {
  const chart = sources();
  new HelmRepository(chart, "charts", { url: "oci://ghcr.io/charts" });
  expect(Testing.synth(chart)[0].spec).toEqual({ url: "oci://ghcr.io/charts", type: "oci" });
});

test("an OCIRepository and a Bucket can be applied by a Kustomization", () => {
  const chart = sources();
  const oci = new OCIRepository(chart, "oci", { url: "oci://ghcr.io/web/manifests", ref: { tag: "1.2.0" } });
  const bucket = new Bucket(chart, "bucket", {
    bucketName: "manifests",
    endpoint: "minio.example.org:9000",
    interval: Duration.minutes(2),
    secretName: "read",
  });
  new Kustomization(chart, "one", { source: oci });
  new Kustomization(chart, "two", { source: bucket });
  expect(Testing.synth(chart).map(({ kind, spec }) => [kind, spec.sourceRef ?? spec])).toEqual([
    ["OCIRepository", { url: "oci://ghcr.io/web/manifests", ref: { tag: "1.2.0" }, interval: "10m" }],
    [
      "Bucket",
      {
        bucketName: "manifests",
        endpoint: "minio.example.org:9000",
        interval: "2m",
        secretRef: { name: "read" },
      },
    ],
    ["Kustomization", { kind: "OCIRepository", name: "oci" }],
    ["Kustomization", { kind: "Bucket", name: "bucket" }],
  ]);
});

test("faults are refused at once, naming the constructs", () => {
  const chart = sources();
  new HelmRepository(chart, "charts", { url: "charts.example.org" });
  new OCIRepository(chart, "oci", { url: "oci://ghcr.io/a/b:1", ref: { tag: "1", semver: "1.x" } });
  new Bucket(chart, "bucket", { bucketName: "", endpoint: "https://minio" });
  expect(() => Testing.synth(chart)).toThrow(
    /sources\/charts\] url:[\s\S]*sources\/oci\] url: expected oci:\/\/HOST\/PATH without a tag[\s\S]*sources\/oci\] ref: expected semver, or tag[\s\S]*sources\/bucket\] bucketName:[\s\S]*sources\/bucket\] endpoint:/,
  );
});
