import { expect, test } from "vitest";
import { withEffects } from "../../../../../packages/rehearsal/model/affected.js";
import type { ObjectChange } from "../../../../../packages/report/model.js";
import { object } from "./support.js";

const release = object(
  "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: db, namespace: shop}, spec: {serviceAccountName: deployer, chart: {spec: {chart: db, sourceRef: {kind: HelmRepository, name: charts}}}, valuesFrom: [{kind: ConfigMap, name: values}]}}",
);
const gap = { subject: "HelmRelease shop/db", reason: "it needs HelmRepository shop/charts" };
const found = {
  unknown: new Set([gap.subject]),
  unapplied: new Set([gap.subject]),
  reconciliations: [gap],
  others: [],
};
const change = (
  apiVersion: string,
  kind: string,
  name: string,
  action: ObjectChange["action"] = "updated",
): ObjectChange => ({
  ref: { apiVersion, kind, namespace: "shop", name },
  action,
  dataLoss: false,
  diff: "",
});
const isAffected = (...changes: readonly ObjectChange[]) =>
  withEffects(found, { changes, after: [release], readingChanges: new Set() }).some(({ affected }) => affected);

test.each([
  ["its own object", change("helm.toolkit.fluxcd.io/v2", "HelmRelease", "db")],
  ["its source", change("source.toolkit.fluxcd.io/v1", "HelmRepository", "charts")],
  ["its values", change("v1", "ConfigMap", "values")],
  ["the account that applies it", change("v1", "ServiceAccount", "deployer")],
  ["a quota", change("v1", "ResourceQuota", "any", "created")],
  ["a definition that was there", change("apiextensions.k8s.io/v1", "CustomResourceDefinition", "any")],
  ["a right that goes", change("rbac.authorization.k8s.io/v1", "Role", "any", "pruned")],
])("GIVEN a release that was not evaluated WHEN %s differs THEN the merge can affect it", (_what, one) => {
  expect(isAffected(one)).toBe(true);
});

test.each([
  ["another ConfigMap", change("v1", "ConfigMap", "others")],
  ["a new definition", change("apiextensions.k8s.io/v1", "CustomResourceDefinition", "any", "created")],
  ["a Deployment", change("apps/v1", "Deployment", "web")],
])("GIVEN a release that was not evaluated WHEN %s differs THEN the merge does not reach it", (_what, one) => {
  expect(isAffected(one)).toBe(false);
});

test("GIVEN a kind that no tree defines WHEN the merge writes one of its objects THEN that one is affected, and the rest is one entry", () => {
  const definition = object(
    "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: routes.example.org, labels: {rehearsal.timonier/stub: 'true'}}, spec: {group: example.org, names: {kind: Route}}}",
  );
  const routes = ["a", "b", "c"].map((name) =>
    object(`{apiVersion: example.org/v1, kind: Route, metadata: {name: ${name}, namespace: shop}}`),
  );
  const gaps = withEffects(
    { unknown: new Set(), unapplied: new Set(), reconciliations: [], others: [] },
    { changes: [change("example.org/v1", "Route", "b")], after: [definition, ...routes], readingChanges: new Set() },
  );
  expect(gaps.map(({ subject, affected }) => [subject, affected])).toEqual([
    ["Route shop/b", true],
    ["2 Route that the merge does not change", undefined],
  ]);
});

test("GIVEN a Kustomization without its health check expressions WHEN they differ THEN it is affected", () => {
  const others = [{ subject: "Kustomization shop/infra", reason: "its health check expressions are assumed to hold" }];
  const none = { unknown: new Set<string>(), unapplied: new Set<string>(), reconciliations: [], others };
  const affected = (diff: string) =>
    withEffects(none, {
      changes: [{ ...change("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "infra"), diff }],
      after: [],
      readingChanges: new Set(),
    })[0]?.affected;
  expect(affected("-      current: a\n+      current: b")).toBe(true);
  expect(affected("-  interval: 1m\n+  interval: 2m")).toBeUndefined();
});

test("GIVEN a webhook WHEN the merge writes what its rules name THEN it is affected", () => {
  const hook = (resource: string) =>
    object(
      `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: guard}, webhooks: [{rules: [{apiGroups: [apps], resources: [${resource}]}]}]}`,
    );
  const others = [{ subject: "ValidatingWebhookConfiguration guard", reason: "its webhooks are not called" }];
  const none = { unknown: new Set<string>(), unapplied: new Set<string>(), reconciliations: [], others };
  const affected = (resource: string) =>
    withEffects(none, {
      changes: [change("apps/v1", "Deployment", "web")],
      after: [hook(resource)],
      readingChanges: new Set(),
    })[0]?.affected;
  expect(affected("deployments")).toBe(true);
  expect(affected('"*"')).toBe(true);
  expect(affected("daemonsets")).toBeUndefined();
});
