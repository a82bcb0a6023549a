import { expect, test } from "vitest";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { keyOf } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { NOWHERE } from "../../../../../packages/rehearsal/model/offline.js";
import { outcomes } from "../../../../../packages/rehearsal/model/outcomes.js";
import { isRemoteBaseOutOfReach, isUnreachable } from "../../../../../packages/rehearsal/model/unreachable.js";

test.each([
  'chart pull error: failed to get chart version for remote reference: Get "https://r.example.com/v2/charts/web/tags/list": dial tcp: lookup r.example.com: no such host',
  `could not fetch chart: proxyconnect tcp: dial tcp ${NOWHERE}: connect: connection refused`,
  "chart pull error: GET https://r.example.com/v2/: response status code 401: unauthorized: authentication required",
  'GET "http://r.example.com/v2/charts/web/manifests/1.0.0": basic credential not found',
  "DENIED: requested access to the resource is denied",
  "failed to download chart: 503 Service Unavailable",
  "x509: certificate signed by unknown authority",
  "context deadline exceeded",
])("says that nothing is known after: %s", (message) => {
  expect(isUnreachable(message)).toBe(true);
});

test.each([
  "invalid chart reference: failed to get chart version for remote reference: no 'web' chart with version matching '9.x' found",
  "chart pull error: web:3.0.0: not found",
  "could not locate a version matching provided version string 4.x",
  "chart metadata is missing these dependencies: denied-host",
])("takes as an answer: %s", (message) => {
  expect(isUnreachable(message.replace("denied-host", "db"))).toBe(false);
});

function flux(kind: string, name: string, spec: unknown, status: unknown): KubeObject {
  const group = kind === "HelmRelease" ? "helm" : "source";
  const version = kind === "HelmRelease" ? "v2" : "v1";
  return {
    apiVersion: `${group}.toolkit.fluxcd.io/${version}`,
    kind,
    metadata: { name, namespace: "default", generation: 1 },
    spec,
    status,
  };
}

/** Its controller began to look, and has no answer yet. */
const looking = {
  conditions: [{ type: "Ready", status: "Unknown", reason: "Progressing", message: "new", observedGeneration: 1 }],
};

const failed = (message: string) => ({
  conditions: [{ type: "Ready", status: "False", reason: "ChartPullError", message, observedGeneration: 1 }],
});

const sourceRef = { kind: "HelmRepository", name: "charts" };
const release = flux(
  "HelmRelease",
  "web",
  { chart: { spec: { chart: "web", sourceRef } } },
  { helmChart: "default/default-web" },
);

function releaseOf(objects: readonly KubeObject[], served: boolean, still = 9_000) {
  const view = {
    flux: [...objects, release],
    workloads: [],
    pods: [],
    expected: (one: KubeObject) => (served && one.kind === "HelmRepository" ? "" : undefined),
    requested: () => undefined,
    quiet: 0,
    still,
  };
  return outcomes(view).get(keyOf(release));
}

test("does not take a release for failed when the registry of its chart cannot be reached", () => {
  const registry = flux("HelmRepository", "charts", { type: "oci", url: "oci://r.example.com" }, {});
  const chart = (message: string) => flux("HelmChart", "default-web", { chart: "web", sourceRef }, failed(message));
  const unreachable = chart("dial tcp: lookup r.example.com: no such host");
  expect(releaseOf([registry, unreachable], false)).toMatchObject({ state: "stalled", gap: true });
  expect(releaseOf([registry, unreachable], false, 0)).toMatchObject({ state: "pending" });
  const offline = chart(`proxyconnect tcp: dial tcp ${NOWHERE}: connect: connection refused`);
  expect(releaseOf([registry, offline], false, 0)).toMatchObject({ state: "stalled", gap: true });
  expect(releaseOf([registry, unreachable], true)).not.toHaveProperty("gap");
  expect(releaseOf([registry, chart("web:3.0.0: not found")], false)).not.toHaveProperty("gap");
});

test("counts a source that does not answer as out of reach although its charts try again all the time", () => {
  const silent = flux("HelmRepository", "charts", { url: "https://charts.example.com" }, looking);
  const view = {
    flux: [silent],
    workloads: [],
    pods: [],
    expected: () => undefined,
    requested: () => undefined,
    quiet: 0,
  };
  expect(outcomes({ ...view, still: 9_000 }).get(keyOf(silent))).toMatchObject({ state: "stalled", gap: true });
  expect(outcomes({ ...view, still: 1_000, quiet: 9_000 }).get(keyOf(silent))).toMatchObject({ state: "pending" });
});

test("gives a source that no controller has looked at yet more time", () => {
  const unseen = flux("HelmRepository", "charts", { url: "https://charts.example.com" }, {});
  const view = {
    flux: [unseen],
    workloads: [],
    pods: [],
    expected: () => undefined,
    requested: () => undefined,
    quiet: 0,
  };
  expect(outcomes({ ...view, still: 9_000 }).get(keyOf(unseen))).toMatchObject({ state: "pending" });
  expect(outcomes({ ...view, still: 21_000 }).get(keyOf(unseen))).toMatchObject({ state: "stalled", gap: true });
});

test("does not give up a chart or a source that is served on this machine", () => {
  const repository = flux("HelmRepository", "charts", { url: "http://127.0.0.1:1/charts/s0" }, looking);
  const chart = (status: unknown) => flux("HelmChart", "default-web", { chart: "web", sourceRef }, status);
  const view = { workloads: [], pods: [], requested: () => undefined, quiet: 100_000, still: 100_000 };
  const of = (objects: readonly KubeObject[], one: KubeObject, served = true) =>
    outcomes({
      ...view,
      flux: objects,
      expected: ({ kind }) => (served && kind === "HelmRepository" ? "" : undefined),
    }).get(keyOf(one));
  expect(of([repository, chart(looking)], chart(looking))).toMatchObject({ state: "pending" });
  expect(of([repository, chart(looking)], repository)).toMatchObject({ state: "pending" });
  expect(of([repository, chart(looking)], chart(looking), false)).toMatchObject({ state: "stalled", gap: true });
});

test("GIVEN a served source WHEN a busy machine ends a request THEN its controller tries again", () => {
  const registry = flux("HelmRepository", "charts", { type: "oci", url: "oci://127.0.0.1:1/h/s0" }, {});
  const chart = flux("HelmChart", "default-web", { chart: "web", sourceRef }, failed("context deadline exceeded"));
  expect(releaseOf([registry, chart], true)).toMatchObject({ state: "pending" });
  expect(releaseOf([registry, chart], true, 61_000)).toMatchObject({ state: "stalled" });
  const index = flux("HelmRepository", "charts", { url: "http://127.0.0.1:1/charts/s0" }, failed("connection refused"));
  const view = { flux: [index], workloads: [], pods: [], expected: () => "", requested: () => undefined, quiet: 9_000 };
  expect(outcomes(view).get(keyOf(index))).toMatchObject({ state: "pending" });
});

test("waits for a chart that failed before its repository had an index", () => {
  const ready = {
    conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }],
    artifact: { revision: "sha256:2" },
  };
  const repository = flux("HelmRepository", "charts", { url: "https://charts.example.com" }, ready);
  const chart = (seen: string | undefined) =>
    flux(
      "HelmChart",
      "default-web",
      { chart: "web", sourceRef },
      { ...failed("no artifact available"), ...(seen && { observedSourceArtifactRevision: seen }) },
    );
  expect(releaseOf([repository, chart(undefined)], true)).toMatchObject({ state: "pending" });
  expect(releaseOf([repository, chart("sha256:1")], true)).toMatchObject({ state: "pending" });
  expect(releaseOf([repository, chart("sha256:2")], true)).toMatchObject({ state: "stalled" });
});

test("does not take a release for ready while its controller attempts another revision", () => {
  const chart = flux(
    "OCIRepository",
    "chart",
    { url: "oci://127.0.0.1:1/o/s0" },
    {
      conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }],
      artifact: { revision: "1.1.0@sha256:2" },
    },
  );
  const of = (more: readonly unknown[]) => {
    const conditions = [{ type: "Ready", status: "True", observedGeneration: 1 }, ...more];
    const status = { observedGeneration: 1, lastAttemptedRevision: "1.1.0+2", conditions };
    const one = flux("HelmRelease", "ref", { chartRef: { kind: "OCIRepository", name: "chart" } }, status);
    const view = {
      flux: [chart, one],
      workloads: [],
      pods: [],
      expected: () => "",
      requested: () => undefined,
      quiet: 0,
    };
    return outcomes(view).get(keyOf(one));
  };
  expect(of([])).toEqual({ state: "reconciled" });
  const reconciling = { type: "Reconciling", status: "True", message: "Fulfilling prerequisites" };
  expect(of([reconciling])).toMatchObject({ state: "pending" });
});

test.each([
  [
    "https",
    'kustomize build failed: accumulating resources: Get "https://h/x.yaml": dial tcp: lookup h: no such host',
    true,
  ],
  ["git", "kustomize build failed: fatal: unable to access 'https://h/x/': Could not resolve host: h", true],
  [
    "a file that is missing",
    "kustomize build failed: accumulating resources from 'x.yaml': no such file or directory",
    false,
  ],
  ["no build", "dial tcp: lookup h: no such host", false],
])("knows a remote base that is out of reach: %s", (_name, message, expected) => {
  expect(isRemoteBaseOutOfReach(message)).toBe(expected);
});

test("GIVEN a release whose action was ended by another look THEN it is tried again, and has not failed", () => {
  const ready = {
    conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }],
    artifact: { revision: "1.1.0" },
  };
  const chart = flux("OCIRepository", "chart", { url: "oci://127.0.0.1:1/o/s0" }, ready);
  const status = {
    lastHandledReconcileAt: "t",
    ...failed("Helm install failed for release default/web: context canceled"),
  };
  const one = flux("HelmRelease", "web", { chartRef: { kind: "OCIRepository", name: "chart" } }, status);
  const view = { flux: [chart, one], workloads: [], pods: [], expected: () => "", requested: () => "t", quiet: 0 };
  expect(outcomes(view).get(keyOf(one))).toMatchObject({ state: "pending", requestNow: true, reset: true });
});

test("GIVEN a source that is Ready WHEN the rest of its status is of an older generation THEN its artifact is waited for", () => {
  const conditions = [{ type: "Ready", status: "True", observedGeneration: 1 }];
  const of = (observedGeneration: number) => {
    const status = { conditions, observedGeneration, artifact: { revision: "1.0.0" } };
    const one = flux("OCIRepository", "chart", { url: "oci://127.0.0.1:1/o/s0" }, status);
    const view = { flux: [one], workloads: [], pods: [], expected: () => "", requested: () => undefined, quiet: 0 };
    return outcomes(view).get(keyOf(one));
  };
  expect(of(0)).toMatchObject({ state: "pending" });
  expect(of(1)).toEqual({ state: "reconciled" });
});

const [first, second] = ["a", "b"].map((letter) => `sha256:${letter.repeat(64)}`);

test.each([
  ["a source at a digest", second, second, "reconciled"],
  ["a source at a digest that was not attempted yet", second, first, "pending"],
  ["a source at a tag", `1.1.0@${second}`, second, "reconciled"],
  ["a tag that moved to another digest", `1.1.0@${second}`, first, "pending"],
  ["a helm-controller that does not say the digest", `1.1.0@${second}`, undefined, "reconciled"],
])("a release of a registry's chart has attempted what it should: %s", (_, revision, attempted, state) => {
  const ready = { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] };
  const chart = flux("OCIRepository", "chart", { url: "oci://x" }, { ...ready, artifact: { revision } });
  const digest = attempted !== undefined && { lastAttemptedRevisionDigest: attempted };
  const status = { ...ready, observedGeneration: 1, lastAttemptedRevision: "1.1.0+bbbbbbbbbbbb", ...digest };
  const one = flux("HelmRelease", "ref", { chartRef: { kind: "OCIRepository", name: "chart" } }, status);
  const nothing = { workloads: [], pods: [], expected: () => "", requested: () => undefined, quiet: 0 };
  expect(outcomes({ flux: [chart, one], ...nothing }).get(keyOf(one))?.state).toBe(state);
});

test.each([
  ["1.0.0+one", "1.0.0+one", "reconciled"],
  ["1.0.0+two", "1.0.0+one", "pending"],
  ["1.0.0", "1.0.0", "reconciled"],
])("a release of a HelmChart at %s that has attempted %s is %s", (revision, lastAttemptedRevision, state) => {
  const ready = { observedGeneration: 1, conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] };
  const chart = flux("HelmChart", "default-ref", { chart: "web" }, { ...ready, artifact: { revision } });
  const status = { ...ready, helmChart: `${chart.metadata.namespace}/default-ref`, lastAttemptedRevision };
  const one = flux("HelmRelease", "ref", { chart: { spec: {} } }, status);
  const nothing = { workloads: [], pods: [], expected: () => "", requested: () => undefined, quiet: 0 };
  expect(outcomes({ flux: [chart, one], ...nothing }).get(keyOf(one))?.state).toBe(state);
});
