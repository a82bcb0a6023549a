import { expect, test } from "vitest";
import { instanceArguments } from "../../../../../packages/rehearsal/model/flux-instance.js";
import { object } from "./support.js";

const flags = ["--feature-gates", "--default-service-account", "--no-cross-namespace-refs", "--no-remote-bases"];
const instance = (spec: string) =>
  object(`apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
${spec}`);
const patch = (name: string, operations: string) => `  kustomize:
    patches:
    - target: {kind: Deployment, name: ${name}}
      patch: |
        ${operations}
`;
const add = (value: string) => `- {op: add, path: /spec/template/spec/containers/0/args/-, value: ${value}}`;

test("arguments that patches add are those of the controllers that they name", () => {
  const gate = "--feature-gates=ExternalArtifact=true";
  expect(instanceArguments([instance(patch('"(kustomize-controller|helm-controller)"', add(gate)))], flags)).toEqual({
    "kustomize-controller": [gate],
    "helm-controller": [gate],
  });
  expect(instanceArguments([instance(patch("helm-controller", add("--concurrent=20")))], flags)).toEqual({});
  expect(instanceArguments([instance(patch("'(['", add(gate)))], flags)).toEqual({});
  expect(instanceArguments([instance(patch("helm-controller", "spec: {replicas: 2}"))], flags)).toEqual({});
});

test("multi-tenancy is what the operator makes of it, also in the values of its chart", () => {
  const cluster = "  cluster: {multitenant: true, tenantDefaultServiceAccount: flux}\n";
  const expected = {
    "kustomize-controller": [
      "--no-cross-namespace-refs=true",
      "--default-service-account=flux",
      "--no-remote-bases=true",
    ],
    "helm-controller": ["--no-cross-namespace-refs=true", "--default-service-account=flux"],
  };
  expect(instanceArguments([instance(cluster)], flags)).toEqual(expected);
  const release = object(`apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: flux-instance, namespace: flux-system}
spec: {values: {instance: {cluster: {multitenant: true, tenantDefaultServiceAccount: flux}}}}
`);
  expect(instanceArguments([release], flags)).toEqual(expected);
  expect(instanceArguments([instance("  cluster: {multitenant: false}\n")], flags)).toEqual({});
});
