import { expect, test } from "vitest";
import { cannotBecomeReadyHere, neverReadyReason } from "../../../../../packages/rehearsal/model/assumed.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";

function made(apiVersion: string, kind: string, spec: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: "a", namespace: "b" }, spec };
}

test.each([
  ["notification.toolkit.fluxcd.io/v1", "Receiver"],
  ["source.toolkit.fluxcd.io/v1", "ExternalArtifact"],
  ["source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator"],
  ["image.toolkit.fluxcd.io/v1", "ImageRepository"],
  ["image.toolkit.fluxcd.io/v1", "ImagePolicy"],
  ["image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation"],
  ["fluxcd.controlplane.io/v1", "ResourceSet"],
  ["cert-manager.io/v1", "Certificate"],
  ["gateway.networking.k8s.io/v1", "Gateway"],
  ["snapshot.storage.k8s.io/v1", "VolumeSnapshot"],
  ["networking.k8s.io/v1", "Ingress"],
])("nothing here makes a %s %s ready", (apiVersion, kind) => {
  expect(cannotBecomeReadyHere(made(apiVersion, kind))).toBe(true);
});

test.each([
  ["apps/v1", "Deployment"],
  ["v1", "PersistentVolumeClaim"],
  ["v1", "Service"],
  ["batch/v1", "Job"],
  ["policy/v1", "PodDisruptionBudget"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["apiregistration.k8s.io/v1", "APIService"],
  ["source.toolkit.fluxcd.io/v1", "GitRepository"],
  ["kustomize.toolkit.fluxcd.io/v1", "Kustomization"],
  ["helm.toolkit.fluxcd.io/v2", "HelmRelease"],
  ["notification.toolkit.fluxcd.io/v1beta3", "Alert"],
  ["notification.toolkit.fluxcd.io/v1beta3", "Provider"],
])("a %s %s can become ready here", (apiVersion, kind) => {
  expect(neverReadyReason(made(apiVersion, kind))).toBeUndefined();
});

test("a kind whose definition was made up is named with its version", () => {
  const stubs = new Set(["example.com/Widget"]);
  expect(neverReadyReason(made("example.com/v1", "Widget"), stubs)).toBe(
    "no tree defines Widget of example.com/v1, and its operator does not run here",
  );
});

test("what goes to another cluster, to a load balancer or to another API server cannot become ready here", () => {
  const kubeConfig = { kubeConfig: { secretRef: { name: "other" } } };
  expect(cannotBecomeReadyHere(made("kustomize.toolkit.fluxcd.io/v1", "Kustomization", kubeConfig))).toBe(true);
  expect(cannotBecomeReadyHere(made("helm.toolkit.fluxcd.io/v2", "HelmRelease", kubeConfig))).toBe(true);
  expect(cannotBecomeReadyHere(made("v1", "Service", { type: "LoadBalancer" }))).toBe(true);
  expect(cannotBecomeReadyHere(made("apiregistration.k8s.io/v1", "APIService", { service: { name: "m" } }))).toBe(true);
});
