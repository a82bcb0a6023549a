import { expect, test } from "vitest";
import { agentImagePattern, knownImage } from "../../../../packages/control-plane/images.js";

test.each([
  ["ghcr.io/fluxcd/source-controller:v1.9.4", "source-controller"],
  ["registry.local:5000/mirror/fluxcd/helm-controller@sha256:abc", "helm-controller"],
  ["fluxcd/kustomize-controller", "kustomize-controller"],
  ["docker.io/fluxcd/notification-controller:v1", "notification-controller"],
])("%s runs %s", (image, tool) => {
  expect(knownImage(image)?.tool).toBe(tool);
});

test.each(["nginx:1.14.2", "fluxcd/source-controller-debug:v1", "notfluxcd/source-controller", "source-controller"])(
  "%s stays simulated",
  (image) => {
    expect(knownImage(image)).toBeUndefined();
    expect(image).not.toMatch(new RegExp(agentImagePattern));
  },
);
