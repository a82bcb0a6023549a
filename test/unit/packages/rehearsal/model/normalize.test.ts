import { describe, expect, test } from "vitest";
import { normalize } from "../../../../../packages/rehearsal/model/normalize.js";
import { diffOf, isSame } from "../../../../../packages/rehearsal/model/object-diff.js";
import { object } from "./support.js";

const writes = (fields: string) =>
  `managedFields: [{manager: kustomize-controller, operation: Apply, fieldsV1: ${fields}}, {manager: kube-controller-manager, operation: Update, fieldsV1: {"f:spec": {}}}]`;

describe("what Kubernetes does to its own kinds is left alone in others", () => {
  test.each([
    ["servicebus.azure.com/v1api20211101", "Namespace", "spec: {sku: Premium}"],
    ["serving.knative.dev/v1", "Service", "spec: {clusterIP: 10.0.0.1}"],
    ["batch.volcano.sh/v1alpha1", "Job", "spec: {selector: {matchLabels: {a: b}}}"],
    ["iam.example.com/v1", "ServiceAccount", "secrets: [{name: key}]"],
    ["storage.example.com/v1", "PersistentVolumeClaim", "spec: {volumeName: disk}"],
    ["example.com/v1", "CustomResourceDefinition", "spec: {conversion: {strategy: Webhook}}"],
  ])("%s %s", (apiVersion, kind, rest) => {
    const one = object(`{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: a, namespace: shop}, ${rest}}`);
    const { metadata: _metadata, ...clean } = normalize(one);
    const { metadata: _other, ...written } = one;
    expect(clean).toEqual(written);
  });
});

describe("a field that a manifest wrote is no default", () => {
  test.each([
    ["v1", "Service", "clusterIP", '{"f:spec": {"f:clusterIP": {}}}', (value: string) => `clusterIP: 10.0.0.${value}`],
    [
      "v1",
      "PersistentVolumeClaim",
      "volumeName",
      '{"f:spec": {"f:volumeName": {}}}',
      (value: string) => `volumeName: disk-${value}`,
    ],
    [
      "v1",
      "Service",
      "nodePort",
      '{"f:spec": {"f:type": {}, "f:ports": {\'k:{"port":80,"protocol":"TCP"}\': {"f:port": {}, "f:nodePort": {}}}}}',
      (value: string) => `type: LoadBalancer, ports: [{port: 80, protocol: TCP, nodePort: 3000${value}}]`,
    ],
    [
      "batch/v1",
      "Job",
      "selector",
      '{"f:spec": {"f:selector": {}}}',
      (value: string) => `selector: {matchLabels: {a: "${value}"}}`,
    ],
  ] as const)("%s %s: %s", (apiVersion, kind, field, fields, spec) => {
    const of = (value: string, more = "") =>
      object(
        `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: a, namespace: shop, ${more}}, spec: {${spec(value)}}}`,
      );
    const [one, other] = [of("1", writes(fields)), of("2", writes(fields))];
    expect(isSame(one, other)).toBe(false);
    expect(diffOf(one, other)).toContain(field);
    expect(isSame(of("1", writes('{"f:data": {}}')), of("2", writes('{"f:data": {}}')))).toBe(true);
    expect(isSame(of("1"), of("2"))).toBe(true);
  });

  test("but an empty specification, which Flux writes into a namespace, is none", () => {
    const shop = (more: string) =>
      object(`{apiVersion: v1, kind: Namespace, metadata: {name: shop, ${writes('{"f:spec": {}}')}}, spec: {${more}}}`);
    expect(isSame(shop("finalizers: [kubernetes]"), shop(""))).toBe(true);
  });

  test("neither are its finalizers, owners and annotations", () => {
    const fields = `{"f:metadata": {"f:finalizers": {'v:"example.com/keep"': {}}, "f:ownerReferences": {'k:{"uid":"u"}': {}}, "f:annotations": {"f:reconcile.fluxcd.io/forceAt": {}}}}`;
    const metadata = `name: a, namespace: shop, finalizers: [example.com/keep, finalizers.fluxcd.io], ownerReferences: [{kind: ConfigMap, name: b, uid: u}], annotations: {reconcile.fluxcd.io/forceAt: now, deployment.kubernetes.io/revision: "3"}`;
    const one = (more: string) => object(`{apiVersion: v1, kind: ConfigMap, metadata: {${metadata}${more}}}`);
    expect(normalize(one(`, ${writes(fields)}`)).metadata).toEqual({
      name: "a",
      namespace: "shop",
      finalizers: ["example.com/keep"],
      ownerReferences: [{ kind: "ConfigMap", name: "b", uid: "u" }],
      annotations: { "reconcile.fluxcd.io/forceAt": "now" },
    });
    expect(normalize(one("")).metadata).toEqual({ name: "a", namespace: "shop" });
  });
});

test("the finalizer that the API server adds to every namespace is no change", () => {
  const namespace = (spec: string) =>
    object(
      `{apiVersion: v1, kind: Namespace, metadata: {name: shop, ${writes('{"f:spec": {"f:finalizers": {}}}')}}${spec}}`,
    );
  expect(isSame(namespace(", spec: {finalizers: [kubernetes]}"), namespace(""))).toBe(true);
  expect(isSame(namespace(", spec: {finalizers: [kubernetes, example.com/x]}"), namespace(""))).toBe(false);
});
