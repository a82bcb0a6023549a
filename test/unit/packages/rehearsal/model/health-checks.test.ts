import { expect, test } from "vitest";
import { withHealthChecks } from "../../../../../packages/rehearsal/model/health-checks.js";
import { type KubeObject, keyOf } from "../../../../../packages/rehearsal/model/kube-objects.js";

import { object, revisionState } from "./support.js";

const workload = (kind: string, image: string, spec = "", container = "") =>
  object(`apiVersion: apps/v1
kind: ${kind}
metadata: {name: web, namespace: default, labels: {helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: default}}
spec: {${spec ? `${spec}, ` : ""}template: {spec: {containers: [{name: a, image: "${image}"${container}}]}}}
`);

const waiter = (spec: string, kind = "Kustomization") =>
  object(`apiVersion: ${kind === "HelmRelease" ? "helm" : "kustomize"}.toolkit.fluxcd.io/v1
kind: ${kind}
metadata: {name: web, namespace: default}
spec: {${spec}}
status: {inventory: {entries: [{id: default_web_apps_Deployment}, {id: default_web_apps_StatefulSet}]}}
`);

function outcomeOf(was: KubeObject | undefined, now: KubeObject, by: KubeObject, stuck = "") {
  const before = revisionState(was ? [was, by] : [by]);
  const after = revisionState([now, by], { outcomes: [[keyOf(by), { state: "reconciled" }]] });
  return withHealthChecks(before, after, new Map(stuck ? [[keyOf(now), stuck]] : [])).outcomes[0]?.[1];
}

const slow = (image: string, spec = "minReadySeconds: 100, replicas: 2", container = "") =>
  workload("Deployment", image, spec, container);

test.each([
  ["a new Deployment", undefined, slow("a")],
  ["another image", slow("a"), slow("b")],
  ["more replicas", slow("a"), slow("a", "minReadySeconds: 100, replicas: 3")],
  ["a probe's delay", undefined, slow("a", "replicas: 1", ", readinessProbe: {initialDelaySeconds: 61}")],
  [
    "steps",
    slow("a", "minReadySeconds: 40, replicas: 2, strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"),
    slow("b", "minReadySeconds: 40, replicas: 2, strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"),
  ],
  [
    "a StatefulSet, one pod after the other",
    workload("StatefulSet", "a"),
    workload("StatefulSet", "b", "minReadySeconds: 70, replicas: 2"),
  ],
])("GIVEN a health check that ends before a rollout can WHEN it is %s THEN it fails", (_name, was, now) => {
  expect(outcomeOf(was, now, waiter("wait: true, timeout: 1m"))).toMatchObject({
    state: "stalled",
    reason: "HealthCheckFailed",
    predicted: true,
    message: expect.stringMatching(/^health checks would time out after 60 s: \w+ default\/web: /),
  });
});

test.each([
  ["there is none", "interval: 10m", slow("a"), slow("b")],
  ["it has the time", "wait: true, timeout: 5m", slow("a"), slow("b")],
  ["it has the time by its interval", "wait: true, interval: 10m", slow("a"), slow("b")],
  ["nothing is rolled out", "wait: true, timeout: 1m", slow("a"), { ...slow("a"), status: {} }],
  ["fewer pods are left", "wait: true, timeout: 1m", slow("a"), slow("a", "minReadySeconds: 100, replicas: 1")],
  ["the Deployment is paused", "wait: true, timeout: 1m", slow("a"), slow("b", "minReadySeconds: 100, paused: true")],
  ["it looks at another object", "timeout: 1m, healthChecks: [{kind: Deployment, name: db}]", slow("a"), slow("b")],
  [
    "a StatefulSet's last pod need not be available",
    "wait: true, timeout: 1m",
    undefined,
    workload("StatefulSet", "b", "minReadySeconds: 70, replicas: 1"),
  ],
])("GIVEN a health check WHEN %s THEN it passes", (_name, spec, was, now) => {
  expect(outcomeOf(was, now, waiter(spec))).toEqual({ state: "reconciled" });
});

test("GIVEN a release THEN its own timeouts count, and none where it does not wait", () => {
  const of = (spec: string) => outcomeOf(slow("a"), slow("b"), waiter(spec, "HelmRelease"));
  expect(of("chart: {}")).toEqual({ state: "reconciled" });
  expect(of("timeout: 90s")).toMatchObject({ state: "stalled" });
  expect(of("timeout: 90s, upgrade: {timeout: 4m}")).toEqual({ state: "reconciled" });
  expect(of("timeout: 90s, upgrade: {disableWait: true}")).toEqual({ state: "reconciled" });
});

test("GIVEN pods that are ready after the progress deadline THEN no timeout is long enough", () => {
  const now = slow("b", "progressDeadlineSeconds: 60", ", startupProbe: {initialDelaySeconds: 90}");
  expect(outcomeOf(undefined, now, waiter("wait: true, timeout: 1h"))).toMatchObject({
    state: "stalled",
    message: expect.stringContaining("its progress deadline is 60 s"),
  });
});

test("GIVEN pods that do not start THEN what waits for them fails", () => {
  const now = workload("Deployment", "b");
  expect(outcomeOf(now, now, waiter("wait: true"), "ConfigMap default/a has no key b")).toMatchObject({
    state: "stalled",
    message: "health checks would fail: Deployment default/web: ConfigMap default/a has no key b",
  });
  expect(outcomeOf(now, now, waiter("interval: 1h"), "ConfigMap default/a has no key b")).toEqual({
    state: "reconciled",
  });
});
