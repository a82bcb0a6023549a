import { expect, test } from "vitest";
import { rehearsalProfile } from "../../../../../packages/rehearsal/engine/cluster-profile.js";
import { hasPolicies } from "../../../../../packages/rehearsal/engine/policies-in-force.js";
import { compare } from "../../../../../packages/rehearsal/model/compare.js";
import { type KubeObject, keyOf } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { orphanedByPruning } from "../../../../../packages/rehearsal/model/orphaned.js";
import type { Outcome } from "../../../../../packages/rehearsal/model/outcome.js";
import type { FluxView } from "../../../../../packages/rehearsal/model/outcomes/lookup.js";
import { outcomes } from "../../../../../packages/rehearsal/model/outcomes.js";
import { rejectedByReleases } from "../../../../../packages/rehearsal/model/rejected-by-releases.js";
import { object } from "./support.js";

// Faults that the corpus of merge requests (test/rehearsal) found, each by the case that is named.

const revision = "main@sha1:abc";
const conditionsOf = (status: string, reason: string) => [
  { type: "Ready", status, reason, message: "no", observedGeneration: 1 },
];

function kustomization(
  name: string,
  ids: readonly string[],
  more: { spec?: object; status?: object } = {},
): KubeObject {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: "default", generation: 1, uid: name },
    spec: { path: ".", sourceRef: { kind: "GitRepository", name: "repo" }, ...more.spec },
    status: { inventory: { entries: ids.map((id) => ({ id, v: "v1" })) }, ...more.status },
  };
}

const namespace = object("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}", "n");
const settings = object(
  "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: b}}",
  "s",
);

test("namespace-lost: what a Kustomization still lists was not pruned by it, it went with its namespace", () => {
  const infra = (ids: string[]) => kustomization("infra", ids);
  const apps = kustomization("apps", ["shop_settings__ConfigMap"]);
  const changes = compare({
    before: [infra(["_shop__Namespace"]), apps, namespace, settings],
    after: [infra([]), apps],
  });
  expect(Object.fromEntries(changes.map(({ ref, action }) => [ref.kind, action]))).toEqual({
    Namespace: "pruned",
    ConfigMap: "deleted",
  });
});

test("namespace-lost: a Kustomization whose objects are gone is asked to look again; one that has all of them is not", () => {
  const orphaned = kustomization("robbed", ["shop_settings__ConfigMap"]);
  const whole = kustomization("whole", ["_shop__Namespace"]);
  const failed = kustomization("failed", ["shop_settings__ConfigMap"]);
  const ready = { state: "reconciled" } as const;
  const known = new Map<string, Outcome>([
    [keyOf(orphaned), ready],
    [keyOf(whole), ready],
    [keyOf(failed), { state: "stalled", reason: "BuildFailed", message: "" } as const],
  ]);
  expect(orphanedByPruning([orphaned, whole, failed, namespace], known)).toEqual([orphaned]);
});

test("helm-removed: what a chart made goes with its release", () => {
  const owned = object(
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, labels: {helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: shop}}}",
    "a",
  );
  const release = object(
    "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web, namespace: shop}}",
    "r",
  );
  const change = (after: KubeObject[]) =>
    compare({ before: [release, owned], after }).find(({ ref }) => ref.kind === "ConfigMap");
  expect(change([])).toMatchObject({ action: "deleted", message: "deleted with HelmRelease shop/web" });
  expect(change([release])).toMatchObject({ action: "pruned" });
});

test("helm-selector: the object at which an upgrade stops is rejected", () => {
  const message =
    'Helm upgrade failed for release shop/web with chart web@2.0.0: server-side apply failed for object shop/web apps/v1, Kind=Deployment: Deployment.apps "web" is invalid: spec.selector: field is immutable';
  const ref = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", namespace: "shop", name: "web" };
  const failing = { ref, ready: "False", message, dependsOn: [] } as const;
  expect(rejectedByReleases([failing])).toMatchObject([
    {
      ref: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" },
      action: "rejected",
      owner: "HelmRelease shop/web",
      message: 'Deployment.apps "web" is invalid: spec.selector: field is immutable',
    },
  ]);
  expect(rejectedByReleases([{ ...failing, readyBefore: "False" }])).toEqual([]);
});

test("claim-shrunk: a claim counts as bound with the capacity that it asks for, below which it may not shrink", () => {
  const stage = rehearsalProfile.stages.find(({ metadata }) => metadata.name === "claim-bound");
  expect(JSON.stringify(stage?.spec)).toContain(
    "capacity:\\n  storage: {{ .spec.resources.requests.storage | Quote }}",
  );
});

test("policy-denies: a base with admission policies is waited for until they are in force; others are not", () => {
  const policy = (name: string) => object(`{kind: ValidatingAdmissionPolicy, metadata: {name: ${name}}}`);
  expect(hasPolicies([namespace, policy("no-passwords")])).toBe(true);
  expect(hasPolicies([namespace, policy("rehearsal.timonier-in-force")])).toBe(false);
});

const source = object(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: repo, namespace: default, generation: 1}
spec: {url: "http://127.0.0.1:1/t0.git", ref: {branch: main}}
status:
  artifact: {revision: "${revision}"}
  conditions: [{type: Ready, status: "True", observedGeneration: 1}]
`);

function outcomeAfter(one: KubeObject, more: Partial<FluxView> = {}, workloads: readonly KubeObject[] = []) {
  const expected = (of: KubeObject) => (of.kind === "GitRepository" ? "abc" : undefined);
  const view = {
    flux: [source, one, ...workloads],
    workloads: [],
    pods: [],
    expected,
    requested: () => undefined,
    quiet: 0,
  };
  return outcomes({ ...view, ...more }).get(keyOf(one));
}

test("health-check-stale: a health check of a Deployment that is not there fails, as soon as nothing moves", () => {
  const healthChecks = [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "shop" }];
  const conditions = [...conditionsOf("Unknown", "Progressing"), { type: "Healthy", status: "Unknown" }];
  const status = { lastAttemptedRevision: revision, conditions };
  const one = kustomization("apps", [], { spec: { healthChecks }, status });
  expect(outcomeAfter(one)).toMatchObject({ state: "pending" });
  expect(outcomeAfter(one, { quiet: 60_000 })).toMatchObject({
    state: "stalled",
    reason: "HealthCheckFailed",
    message: "health checks would time out: Deployment shop/web: does not exist",
  });
});

test("helm-upgraded: a release whose wait was interrupted is waited for, not asked again; one that gave up has failed", () => {
  const chart = object(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: default-web, namespace: default, generation: 1}
spec: {sourceRef: {kind: HelmRepository, name: charts}}
status: {artifact: {revision: 1.0.0}, conditions: [{type: Ready, status: "True", observedGeneration: 1}]}
`);
  const release = (conditions: object[], more = {}): KubeObject => ({
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "default", generation: 1 },
    spec: {},
    status: { helmChart: "default/default-web", lastAttemptedRevision: "1.0.0", conditions, ...more },
  });
  const owned = object(
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, labels: {helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: default}}}",
    "a",
  );
  const canceled = conditionsOf("False", "HealthCheckCanceled");
  const waiting = outcomeAfter(release(canceled), { workloads: [owned] }, [chart]);
  expect(waiting).toMatchObject({ state: "pending" });
  expect(waiting).not.toHaveProperty("poke");
  const released = { type: "Released", status: "False", reason: "UpgradeFailed", message: "immutable" };
  const over = release([...canceled, released, { type: "Stalled", status: "True" }], { lastHandledReconcileAt: "t" });
  expect(outcomeAfter(over, { requested: () => "t" }, [chart])).toEqual({
    state: "stalled",
    reason: "UpgradeFailed",
    message: "immutable",
  });
  // Seen on a busy machine: a request to look again ended an installation, which counted as its failure.
  const ended = { ...released, message: "Helm install failed for release default/web: context canceled" };
  const stalled = release([...canceled, ended, { type: "Stalled", status: "True" }], { lastHandledReconcileAt: "t" });
  expect(outcomeAfter(stalled, { requested: () => "t" }, [chart])).toMatchObject({
    state: "pending",
    requestNow: true,
    reset: true,
  });
});

test("a release is not asked to look again while it hears of its chart: that would interrupt its installation", () => {
  const chart = object(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: default-web, namespace: default, generation: 1}
spec: {sourceRef: {kind: HelmRepository, name: charts}}
status: {artifact: {revision: 1.0.0}, conditions: [{type: Ready, status: "True", observedGeneration: 1}]}
`);
  const release: KubeObject = {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "default", generation: 1 },
    spec: {},
    status: { helmChart: "default/default-web", conditions: conditionsOf("False", "SourceNotReady") },
  };
  const soon = outcomeAfter(release, {}, [chart]);
  expect(soon).toMatchObject({ state: "pending" });
  expect(soon).not.toHaveProperty("poke");
  expect(outcomeAfter(release, { quiet: 10_000 }, [chart])).toMatchObject({
    state: "pending",
    requestNow: true,
    retriesLast: true,
  });
});

test("helm-claim-dropped: a chart whose condition is ahead of its artifact is not the new one yet", () => {
  const chart = (artifact: string) =>
    object(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: default-web, namespace: default, generation: 1}
spec: {sourceRef: {kind: HelmRepository, name: charts}}
status:
  observedGeneration: 1
  artifact: {revision: ${artifact}}
  conditions: [{type: Ready, status: "True", observedGeneration: 1, message: "packaged 'web' chart with version '1.1.0'"}]
`);
  const release: KubeObject = {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "default", generation: 1 },
    spec: {},
    status: {
      observedGeneration: 1,
      helmChart: "default/default-web",
      lastAttemptedRevision: "1.0.0",
      conditions: conditionsOf("True", "UpgradeSucceeded"),
    },
  };
  expect(outcomeAfter(release, {}, [chart("1.0.0")])).toMatchObject({ state: "pending" });
  const upgraded = { ...release, status: { ...(release.status as object), lastAttemptedRevision: "1.1.0" } };
  expect(outcomeAfter(upgraded, {}, [chart("1.1.0")])).toEqual({ state: "reconciled" });
});

test("a release that is looked at is not asked to look again before it has its chart: that would interrupt it", () => {
  const release = (conditions: object[]): KubeObject => ({
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "default", generation: 1 },
    spec: {},
    status: { conditions },
  });
  expect(outcomeAfter(release(conditionsOf("Unknown", "Progressing")))).not.toHaveProperty("poke");
  expect(outcomeAfter(release(conditionsOf("False", "SourceNotReady")))).toMatchObject({
    state: "pending",
    requestNow: true,
  });
});
