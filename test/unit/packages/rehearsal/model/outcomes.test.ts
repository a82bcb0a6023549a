import { expect, test } from "vitest";
import { ASSUMED, assumptionOf } from "../../../../../packages/rehearsal/model/assumption.js";
import { type KubeObject, keyOf } from "../../../../../packages/rehearsal/model/kube-objects.js";
import type { Outcome } from "../../../../../packages/rehearsal/model/outcome.js";
import type { FluxView } from "../../../../../packages/rehearsal/model/outcomes/lookup.js";
import { outcomes } from "../../../../../packages/rehearsal/model/outcomes.js";
import { restore } from "../../../../../packages/rehearsal/model/restore.js";
import { object } from "./support.js";

const revision = "main@sha1:abc";

const source = object(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: repo, namespace: default, generation: 1}
spec: {url: "http://127.0.0.1:1/t0.git", ref: {branch: main}}
status:
  artifact: {revision: "${revision}"}
  conditions: [{type: Ready, status: "True", observedGeneration: 1}]
`);

function kustomization(name: string, status: Record<string, unknown>, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: "default", generation: 1 },
    spec: { path: ".", sourceRef: { kind: "GitRepository", name: "repo" }, ...spec },
    status,
  };
}

const isReady = {
  observedGeneration: 1,
  lastAppliedRevision: revision,
  conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }],
};
const failing = (reason: string, more = {}) => ({
  lastAttemptedRevision: revision,
  conditions: [{ type: "Ready", status: "False", reason, message: "no", observedGeneration: 1 }],
  ...more,
});

function view(flux: readonly KubeObject[], more: Partial<FluxView> = {}): FluxView {
  return {
    flux,
    workloads: [],
    pods: [],
    expected: (one) => (one.kind === "GitRepository" ? "abc" : undefined),
    requested: () => undefined,
    quiet: 0,
    ...more,
  };
}

function outcomeOf(name: string, flux: readonly KubeObject[], more: Partial<FluxView> = {}): Outcome | undefined {
  return outcomes(view([source, ...flux], more)).get(`kustomize.toolkit.fluxcd.io/Kustomization/default/${name}`);
}

test("GIVEN the revision is applied THEN it is ready; GIVEN an older one is THEN it is waited for", () => {
  expect(outcomeOf("a", [kustomization("a", isReady)])).toEqual({ state: "reconciled" });
  expect(outcomeOf("a", [kustomization("a", { ...isReady, lastAppliedRevision: "main@sha1:old" })])).toMatchObject({
    state: "pending",
  });
});

test("GIVEN the source is not at the commit yet THEN nothing that reads it has an answer", () => {
  expect(outcomeOf("a", [kustomization("a", isReady)], { expected: () => "def" })).toMatchObject({ state: "pending" });
});

test("GIVEN a failure THEN it counts when it was repeated since anything else came forward", () => {
  const one = kustomization("a", failing("ReconciliationFailed", { lastHandledReconcileAt: "t" }));
  expect(outcomeOf("a", [one])).toMatchObject({ state: "pending", requestNow: true, retriesLast: true });
  expect(outcomeOf("a", [one], { requested: () => "t" })).toMatchObject({
    state: "stalled",
    reason: "ReconciliationFailed",
    message: "no",
  });
  expect(outcomeOf("a", [one], { requested: () => "later" })).toMatchObject({ state: "pending" });
});

test("GIVEN a circle of dependencies THEN all of it fails at once", () => {
  const [a, b] = [
    kustomization("a", {}, { dependsOn: [{ name: "b" }] }),
    kustomization("b", {}, { dependsOn: [{ name: "a" }] }),
  ];
  for (const name of ["a", "b"])
    expect(outcomeOf(name, [a, b])).toMatchObject({ state: "stalled", reason: "DependencyNotReady" });
});

test("GIVEN a stalled dependency THEN its dependents stall without a wait", () => {
  const a = kustomization("a", failing("BuildFailed", { lastHandledReconcileAt: "t" }));
  const b = kustomization("b", isReady, { dependsOn: [{ name: "a" }] });
  expect(outcomeOf("b", [a, b], { requested: () => "t" })).toMatchObject({
    state: "stalled",
    reason: "DependencyNotReady",
  });
});

const checking = {
  lastAttemptedRevision: revision,
  inventory: { entries: [{ id: "default_web_apps_Deployment", v: "v1" }] },
  conditions: [
    { type: "Ready", status: "Unknown", reason: "Progressing", observedGeneration: 1 },
    { type: "Healthy", status: "Unknown", reason: "Progressing", observedGeneration: 1 },
  ],
};
const web = object(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default, generation: 1}
spec: {replicas: 1, selector: {matchLabels: {app: web}}}
status: {observedGeneration: 1, replicas: 1, updatedReplicas: 1}
`);
const retriesLast = object(`
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: default, labels: {app: web}}
status: {containerStatuses: [{image: "A B", state: {waiting: {reason: InvalidImageName, message: "couldn't parse"}}}]}
`);

test("GIVEN a health check of pods that never start THEN the answer is there before its timeout", () => {
  const one = kustomization("a", checking, { wait: true, timeout: "5m" });
  expect(outcomeOf("a", [one], { workloads: [web], pods: [retriesLast] })).toMatchObject({
    state: "stalled",
    reason: "HealthCheckFailed",
    predicted: true,
    message: "health checks would time out after 5m: Deployment default/web: InvalidImageName: couldn't parse",
  });
  expect(outcomeOf("a", [one], { workloads: [web] })).toMatchObject({ state: "pending" });
});

test("GIVEN everything in it is ready THEN its controller is asked to look now", () => {
  const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  const conditions = [{ type: "Available", status: "True" }];
  const ready = { ...web, status: { observedGeneration: 1, ...counts, conditions } };
  expect(outcomeOf("a", [kustomization("a", checking, { wait: true })], { workloads: [ready] })).toMatchObject({
    state: "pending",
    requestNow: true,
  });
});

test("GIVEN a source from elsewhere that does not answer THEN it fails after a while, and what reads it", () => {
  const conditions = [{ type: "Ready", status: "Unknown", reason: "Progressing", observedGeneration: 1 }];
  const elsewhere: KubeObject = { ...source, metadata: { ...source.metadata, name: "repo" }, status: { conditions } };
  const found = outcomes(view([elsewhere, kustomization("a", {})], { expected: () => undefined, quiet: 10_000 }));
  expect(found.get(keyOf(elsewhere))).toMatchObject({ state: "stalled", gap: true });
  expect(found.get("kustomize.toolkit.fluxcd.io/Kustomization/default/a")).toMatchObject({
    state: "stalled",
    reason: "ArtifactFailed",
  });
});

test("GIVEN a chart that failed with an older revision of its source, or without any, THEN it is waited for", () => {
  const chart = (observed: string | undefined): KubeObject => ({
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmChart",
    metadata: { name: "chart", namespace: "default", generation: 1 },
    spec: { chart: "./charts/web", sourceRef: { kind: "GitRepository", name: "repo" } },
    status: {
      ...(observed && { observedSourceArtifactRevision: observed }),
      conditions: [
        { type: "Ready", status: "False", reason: "NoSourceArtifact", message: "no", observedGeneration: 1 },
      ],
    },
  });
  const outcomeAfter = (observed?: string) =>
    outcomes(view([source, chart(observed)])).get("source.toolkit.fluxcd.io/HelmChart/default/chart");
  expect(outcomeAfter()).toMatchObject({ state: "pending" });
  expect(outcomeAfter("main@sha1:old")).toMatchObject({ state: "pending" });
  expect(outcomeAfter(revision)).toMatchObject({ state: "stalled", message: "no" });
});

const charts = object(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: default, generation: 1}
spec: {url: "https://charts.invalid"}
status: {conditions: [{type: Ready, status: "False", reason: Failed, message: no such host, observedGeneration: 1}]}
`);
const release = object(`
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db, namespace: default, generation: 1}
spec: {chart: {spec: {chart: db, sourceRef: {kind: HelmRepository, name: charts}}}}
`);
/** As the rehearsal leaves it: suspended, and Ready. */
function assumed(one: KubeObject, of?: KubeObject): KubeObject {
  return {
    ...one,
    metadata: { ...one.metadata, annotations: { [ASSUMED]: assumptionOf(one, of) } },
    spec: { ...(one.spec as object), suspend: true },
    status: { conditions: [{ type: "Ready", status: "True", message: "no such host", observedGeneration: 2 }] },
  };
}

test("GIVEN a source out of reach THEN it is a gap, and once it is assumed so is what reads it", () => {
  const of = (flux: readonly KubeObject[]) => outcomes(view([source, ...flux]));
  expect(of([charts, release]).get(keyOf(charts))).toMatchObject({ state: "stalled", gap: true });
  const bridged = of([assumed(charts), release]);
  expect(bridged.get(keyOf(charts))).toEqual({ state: "assumed", message: "no such host" });
  expect(bridged.get(keyOf(release))).toMatchObject({ state: "stalled", gap: true });
  const whole = of([assumed(charts), assumed(release, charts)]);
  expect(whole.get(keyOf(release))).toEqual({ state: "assumed", message: "it needs HelmRepository default/charts" });
});

test("GIVEN an assumption WHEN the object or its source differs THEN it is looked at again", () => {
  const other = assumed(release, charts);
  const changed = { ...other, spec: { ...(other.spec as object), interval: "2h" } };
  const moved = { ...assumed(charts), spec: { url: "https://other.invalid", suspend: true } };
  const of = (flux: readonly KubeObject[]) => outcomes(view([source, ...flux])).get(keyOf(release));
  expect(of([assumed(charts), changed])).toMatchObject({ state: "pending", outdated: true });
  expect(of([moved, other])).toMatchObject({ state: "pending", outdated: true });
});

test("GIVEN a Kustomization for another cluster THEN it is a gap, and what depends on it goes on once it is assumed", () => {
  const remote = kustomization("a", {}, { kubeConfig: { secretRef: { name: "other" } } });
  expect(outcomeOf("a", [remote])).toMatchObject({ state: "stalled", gap: true });
  const dependent = kustomization("b", isReady, { dependsOn: [{ name: "a" }] });
  const bridged = assumed(remote, source);
  expect(outcomeOf("a", [bridged])).toEqual({ state: "assumed", message: "it applies to another cluster" });
  expect(outcomeOf("b", [bridged, dependent])).toEqual({ state: "reconciled" });
});

test("an assumption leaves the manifest as it was written", () => {
  const { status: _status, ...written } = assumed(release, charts);
  expect(restore(written)).toEqual({ ...release });
  const explicit = { ...release, spec: { ...(release.spec as object), suspend: false } };
  const { status: _other, ...kept } = assumed(explicit, charts);
  expect(restore(kept)).toEqual(explicit);
});

test("GIVEN a request to look again THEN a look that had begun before does not count", () => {
  const required = () => "rehearsal-2000";
  const of = (handled: string) =>
    outcomeOf("a", [kustomization("a", { ...isReady, lastHandledReconcileAt: handled })], { required });
  expect(of("rehearsal-1000")).toMatchObject({ state: "pending", requestNow: true });
  expect(of("rehearsal-2000")).toEqual({ state: "reconciled" });
  expect(of("rehearsal-3000")).toEqual({ state: "reconciled" });
});

test("GIVEN a source that no controller here makes THEN it is a gap", () => {
  const one = kustomization("a", {}, { sourceRef: { kind: "ExternalArtifact", name: "app" } });
  expect(outcomeOf("a", [one])).toMatchObject({ state: "stalled", gap: true });
  expect(outcomeOf("a", [assumed(one)])).toEqual({
    state: "assumed",
    message: "it needs ExternalArtifact default/app",
  });
});

test("GIVEN a dependency that is judged by an expression THEN the expression decides, and not the condition Ready", () => {
  const dependsOn = (readyExpr: string) => [{ name: "a", readyExpr }];
  const of = (readyExpr: string, quiet = 0) =>
    outcomeOf(
      "b",
      [kustomization("a", failing("X")), kustomization("b", isReady, { dependsOn: dependsOn(readyExpr) })],
      {
        quiet,
      },
    );
  expect(of("dep.metadata.name == 'a'")).toEqual({ state: "reconciled" });
  expect(of("dep.metadata.name == 'c'")).toMatchObject({ state: "pending" });
  expect(of("dep.metadata.name == 'c'", 10_000)).toMatchObject({ state: "stalled", reason: "DependencyNotReady" });
  expect(of("nonsense == 1")).toMatchObject({ state: "stalled" });
});

test("GIVEN a build that needs a base of a server out of reach THEN it is a gap", () => {
  const message = 'kustomize build failed: accumulating resources: Get "https://h/x.yaml": dial tcp: no such host';
  const status = (reason: string) => ({
    lastHandledReconcileAt: "t",
    conditions: [{ type: "Ready", status: "False", reason, message, observedGeneration: 1 }],
  });
  const of = (one: KubeObject) => outcomeOf("a", [one], { requested: () => "t" });
  expect(of(kustomization("a", status("BuildFailed")))).toMatchObject({ state: "stalled", gap: true });
  expect(of(kustomization("a", status("ReconciliationFailed")))).not.toHaveProperty("gap");
  const bridged = assumed(kustomization("a", {}), source);
  const said = { ...bridged, status: { conditions: [{ type: "Ready", status: "True", message }] } };
  expect(of(said)).toEqual({ state: "assumed", message });
});
