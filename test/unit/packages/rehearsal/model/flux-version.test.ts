import { expect, test } from "vitest";
import { fluxVersionOf, isOtherFlux, withDefaultGates } from "../../../../../packages/rehearsal/model/flux-version.js";
import { object } from "./support.js";

const controller = (version: string) =>
  object(
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: kustomize-controller, namespace: flux-system, labels: {app.kubernetes.io/part-of: flux, app.kubernetes.io/version: ${version}}}}`,
  );

test("the cluster's version of Flux is that of its own manifests", () => {
  expect(fluxVersionOf([controller("v2.4.0")])).toBe("2.4.0");
  const instance = object(
    "{apiVersion: fluxcd.controlplane.io/v1, kind: FluxInstance, metadata: {name: flux, namespace: flux-system}, spec: {distribution: {version: 2.8.x}}}",
  );
  expect(fluxVersionOf([instance])).toBe("2.8.x");
  expect(fluxVersionOf([])).toBeUndefined();
});

test.each([
  ["2.4.0", true],
  ["2.8.x", true],
  ["2.9.1", false],
  ["2.x", false],
])("Flux %s behaves in another way than 2.9.4: %s", (cluster, other) => {
  expect(isOtherFlux(cluster, "2.9.4")).toBe(other);
});

test("older versions replace a variable that nobody sets, unless their arguments say otherwise", () => {
  expect(withDefaultGates([], "2.8.5")).toEqual(["--feature-gates=StrictPostBuildSubstitutions=false"]);
  expect(withDefaultGates(["--no-remote-bases", "--feature-gates=GroupChangeLog=true"], "2.8.5")).toEqual([
    "--no-remote-bases",
    "--feature-gates=GroupChangeLog=true,StrictPostBuildSubstitutions=false",
  ]);
  const strict = ["--feature-gates=StrictPostBuildSubstitutions=true"];
  expect(withDefaultGates(strict, "2.8.5")).toEqual(strict);
  expect(withDefaultGates([], "2.9.0")).toEqual([]);
  expect(withDefaultGates([], undefined)).toEqual([]);
});
