import * as helm from "@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2";
import * as images from "@kubernetes-models/flux-cd/image.toolkit.fluxcd.io/v1";
import * as kustomize from "@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1";
import * as receivers from "@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1";
import * as alerts from "@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3";
import * as sources from "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1";
import { App, Chart, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { Alert } from "../../../constructs/alert.js";
import { Bucket } from "../../../constructs/bucket.js";
import { GitRepository } from "../../../constructs/git-repository.js";
import { HelmRelease } from "../../../constructs/helm-release.js";
import { HelmRepository } from "../../../constructs/helm-repository.js";
import { ImagePolicy } from "../../../constructs/image-policy.js";
import { ImageRepository } from "../../../constructs/image-repository.js";
import { ImageUpdateAutomation } from "../../../constructs/image-update-automation.js";
import { Kustomization } from "../../../constructs/kustomization.js";
import { NotificationProvider } from "../../../constructs/notification-provider.js";
import { OCIRepository } from "../../../constructs/oci-repository.js";
import { Receiver } from "../../../constructs/receiver.js";

/** Models made from Flux's own CRDs, which know every required field and refuse a wrong type. */
const models: Record<string, new (data: never) => { validate(): void }> = {
  Alert: alerts.Alert,
  Bucket: sources.Bucket,
  GitRepository: sources.GitRepository,
  HelmRelease: helm.HelmRelease,
  HelmRepository: sources.HelmRepository,
  ImagePolicy: images.ImagePolicy,
  ImageRepository: images.ImageRepository,
  ImageUpdateAutomation: images.ImageUpdateAutomation,
  Kustomization: kustomize.Kustomization,
  OCIRepository: sources.OCIRepository,
  Provider: alerts.Provider,
  Receiver: receivers.Receiver,
};

test("what every construct renders is valid by Flux's CRDs", () => {
  // GIVEN
  const chart = new Chart(new App(), "all", { namespace: "default" });
  const git = new GitRepository(chart, "git", { url: "https://gitlab.com/a/b.git" });
  const oci = new OCIRepository(chart, "oci", { url: "oci://ghcr.io/a/b" });
  new Bucket(chart, "bucket", { bucketName: "b", endpoint: "s3.example.org" });
  const charts = new HelmRepository(chart, "charts", { url: "https://charts.example.org" });
  const first = new Kustomization(chart, "first", { source: git });
  new Kustomization(chart, "second", { source: oci, dependsOn: [first], substitute: { A: "b" } });
  new HelmRelease(chart, "release", { chart: { chart: "podinfo", source: charts }, values: { a: [1, { b: true }] } });
  const provider = new NotificationProvider(chart, "provider", { type: "generic", address: "https://h.example.org" });
  new Alert(chart, "alert", { provider, sources: [git, first] });
  new Receiver(chart, "receiver", { type: "gitlab", resources: [git], secretName: "token" });
  const repository = new ImageRepository(chart, "image", { image: "nginx" });
  new ImagePolicy(chart, "policy", { repository, policy: { numerical: { order: "asc" } } });
  const author = { name: "flux", email: "flux@example.org" };
  new ImageUpdateAutomation(chart, "updates", { source: git, pushBranch: "flux/images", author });
  // WHEN
  const manifests = Testing.synth(chart);
  // THEN
  expect(new Set(manifests.map(({ kind }) => kind))).toEqual(new Set(Object.keys(models)));
  for (const manifest of manifests) {
    const Model = models[manifest.kind];
    expect(() => Model && new Model(manifest as never).validate(), manifest.kind).not.toThrow();
  }
});

test("the models do refuse: the test above can fail", () => {
  const wrong = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", spec: { prune: "yes" } };
  expect(() => new kustomize.Kustomization(wrong as never).validate()).toThrow();
});
