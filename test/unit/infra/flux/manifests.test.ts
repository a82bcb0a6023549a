import { expect, test } from "vitest";
import { manifestsOf, refsOf, without } from "../../../../infra/flux/manifests.js";
import { refName } from "../../../../packages/kit/kube-discovery.js";

const manifests = manifestsOf(`# a comment alone
---
apiVersion: v1
kind: Namespace
metadata:
  name: flux-system
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: source-controller
  namespace: flux-system
`);

test("objects are named in their order", () => {
  expect(refsOf(manifests).map(refName)).toEqual(["Namespace flux-system", "Deployment flux-system/source-controller"]);
});

test("without any to leave out, all stay", () => {
  expect(without(manifests, new Set())).toEqual(manifests);
});

test("what is left out is gone, and nothing else", () => {
  const left = without(manifests, new Set(["Namespace flux-system"]));
  expect(refsOf(left).map(refName)).toEqual(["Deployment flux-system/source-controller"]);
});

test("everything may be left out", () => {
  expect(without(manifests, new Set(refsOf(manifests).map(refName)))).toEqual([]);
});
