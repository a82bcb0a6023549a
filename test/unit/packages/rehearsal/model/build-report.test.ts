import { expect, test } from "vitest";
import { reportOf, unableReport } from "../../../../../packages/rehearsal/model/build-report.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { mergeReports } from "../../../../../packages/rehearsal/model/merge-reports.js";
import { policyResults } from "../../../../../packages/rehearsal/model/policies.js";
import { readiness } from "../../../../../packages/rehearsal/model/readiness.js";
import type { Trial } from "../../../../../packages/rehearsal/model/revision-state.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";
import { applied, object, side } from "./support.js";

const noFiles = { paths: [], files: new Map(), links: [] };
const empty = {
  tree: { base: noFiles, head: noFiles, changed: [], documents: [] },
  readers: [],
  policies: [],
  notEvaluated: [],
  simulated: [],
  causes: [],
  duration: 1,
};
const sides = { base: { ref: "main" }, head: { ref: "HEAD" } };
const deployment = (image: string) =>
  object(
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, ${applied}}, spec: {template: {spec: {containers: [{name: web, image: "${image}", securityContext: {privileged: true}}]}}}}`,
  );

test("GIVEN a source out of reach WHEN reported THEN it and what needs it are not evaluated, and a new release makes it unknown", () => {
  const chart = object(
    "{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmRepository, metadata: {name: charts, namespace: shop}}",
    "s",
  );
  const release = object(
    "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: db, namespace: shop}, spec: {chart: {spec: {chart: db, sourceRef: {kind: HelmRepository, name: charts}}}}}",
    "r",
  );
  const after = side([chart, release], {
    answers: [
      ["source.toolkit.fluxcd.io/HelmRepository/shop/charts", { state: "assumed", message: "no such host" }],
      [
        "helm.toolkit.fluxcd.io/HelmRelease/shop/db",
        { state: "assumed", message: "it needs HelmRepository shop/charts" },
      ],
    ],
  });
  const report = reportOf({ ...empty, ...sides, before: side([]), after });
  expect(report.notEvaluated.map(({ subject, reason }) => `${subject}: ${reason}`)).toEqual([
    "HelmRelease shop/db: it needs HelmRepository shop/charts",
    "HelmRepository shop/charts: it cannot be read from here: no such host",
  ]);
  expect(report.verdict).toBe("unknown");
  expect(report.coverage?.reconciliations).toEqual({ evaluated: 0, all: 1 });
  const unchanged = reportOf({ ...empty, ...sides, before: after, after });
  expect(unchanged.verdict).toBe("safe");
});

test("GIVEN a workload that does not become ready WHEN reported THEN it is rejected, unless it did not before either", () => {
  const [old, young] = [deployment("nginx:1"), deployment("Not An Image")];
  const failing = [["apps/Deployment/shop/web", "InvalidImageName"]] as const;
  const report = reportOf({ ...empty, ...sides, before: side([old]), after: side([young], { failing }) });
  expect(report).toMatchObject({
    verdict: "rejected",
    changes: [{ action: "rejected", message: "does not become ready: InvalidImageName" }],
  });
  const known = reportOf({ ...empty, ...sides, before: side([young], { failing }), after: side([young], { failing }) });
  expect(known).toMatchObject({ verdict: "safe", changes: [] });
});

const owner = "Kustomization flux-system/web";
const map = object("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {a: b}}");
const trials = [
  { object: deployment("nginx:1"), owner, refusal: "field is immutable" },
  { object: map, owner, result: map },
];

test("GIVEN what a refused Kustomization would have applied WHEN reported THEN refusals and what is left out are told apart", () => {
  const { changes, verdict } = reportOf({ ...empty, ...sides, before: side([]), after: side([], { trials }) });
  expect(verdict).toBe("rejected");
  expect(changes.map(({ ref, message }) => `${ref.kind}: ${message}`).sort()).toEqual([
    "ConfigMap: not applied: Kustomization flux-system/web stops at Deployment shop/web",
    "Deployment: field is immutable",
  ]);
});

const rejectedOf = (before: readonly Trial[], after: readonly Trial[], live: readonly KubeObject[] = []) =>
  reportOf({
    ...empty,
    ...sides,
    before: side(live, { trials: before }),
    after: side(live, { trials: after }),
  }).changes.map(({ ref }) => ref.kind);

test("GIVEN what was refused or left out at the base as well WHEN reported THEN only another refusal is", () => {
  const refused = (image: string, refusal: string, by = owner) => ({ object: deployment(image), owner: by, refusal });
  expect(rejectedOf(trials, trials)).toEqual([]);
  expect(rejectedOf(trials, [refused("nginx:2", "field is immutable")])).toEqual([]);
  expect(rejectedOf(trials, [refused("nginx:1", "quota exceeded")])).toEqual(["Deployment"]);
  expect(rejectedOf(trials, [refused("nginx:1", "field is immutable", "Kustomization flux-system/b")])).toEqual([
    "Deployment",
  ]);
  expect(rejectedOf(trials, [{ object: map, owner, refusal: "no" }])).toEqual(["ConfigMap"]);
});

test("GIVEN the same refusal of another value WHEN reported THEN it is not another refusal", () => {
  const refused = (value: string) => [
    { object: map, owner, refusal: `spec.replicas: Invalid value: "${value}": must be a number` },
  ];
  expect(rejectedOf(refused("two"), refused("three: 3"))).toEqual([]);
});

test("GIVEN a Kustomization that failed for the same before WHEN the merge edits its other objects THEN these are not rejected", () => {
  const edited = { ...map, data: { a: "c" } };
  expect(rejectedOf(trials, [trials[0] as Trial, { object: edited, owner, result: edited }])).toEqual([]);
  const worse = { object: deployment("nginx:1"), owner, refusal: "quota exceeded" };
  expect(rejectedOf(trials, [worse, { object: edited, owner, result: edited }]).sort()).toEqual([
    "ConfigMap",
    "Deployment",
  ]);
});

test("GIVEN an object as it is beside one that is refused WHEN reported THEN a default that Flux writes is no difference", () => {
  const service = (fields: string) =>
    object(
      `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, managedFields: [{manager: kustomize-controller, operation: Apply, fieldsV1: {"f:spec": {"f:ports": {'k:{"port":80,"protocol":"TCP"}': ${fields}}}}}]}, spec: {ports: [{port: 80, protocol: TCP}]}}`,
    );
  const live = service('{"f:port": {}, "f:protocol": {}}');
  const result = service('{"f:port": {}}');
  const refused = { object: deployment("nginx:1"), owner, refusal: "no" };
  expect(rejectedOf([], [refused, { object: live, owner, result }], [live])).toEqual(["Deployment"]);
});

test("GIVEN objects that differ WHEN held against the rules THEN only those are warned of", () => {
  const documents = scan(
    new Map([["s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n"]]),
  );
  const secret = object(
    `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop, ${applied}}, data: {a: Yg==}}`,
  );
  const found = policyResults([], [deployment("nginx"), secret], documents).map(
    ({ policy, level }) => `${level} ${policy}`,
  );
  expect(found.sort()).toEqual(["warning image-version", "warning privileged-container", "warning secret-in-git"]);
  expect(policyResults([deployment("nginx"), secret], [deployment("nginx"), secret], documents)).toEqual([]);
});

test("GIVEN two clusters WHEN merged THEN the worse verdict counts and every part says its cluster", () => {
  const one = reportOf({ ...empty, ...sides, before: side([]), after: side([deployment("nginx:1")]) });
  const other = reportOf({ ...empty, ...sides, before: side([deployment("nginx:1")]), after: side([]) });
  const merged = mergeReports(
    [
      ["clusters/a", one],
      ["clusters/b", other],
    ],
    5,
  );
  expect(merged).toMatchObject({ verdict: "destructive", duration: 5 });
  expect(merged.changes.map(({ cluster, action }) => `${cluster} ${action}`)).toEqual([
    "clusters/a created",
    "clusters/b pruned",
  ]);
  expect(mergeReports([["clusters/a", one]], 5)).toEqual({ ...one, duration: 5 });
});

test("GIVEN a Kustomization of the same name in two clusters WHEN merged THEN what becomes of either is told", () => {
  const ref = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", namespace: "shop", name: "web" };
  const of = (ready: "True" | "False") => ({
    ...unableReport(sides.base, sides.head, { what: "", where: "", fix: "" }, 1),
    reconciliations: [{ ref, ready, readyBefore: "True" as const, dependsOn: [] }],
  });
  const merged = mergeReports(
    [
      ["clusters/a", of("True")],
      ["clusters/b", of("False")],
    ],
    5,
  );
  expect(merged.reconciliations.map(({ cluster, ready }) => `${cluster} ${ready}`)).toEqual([
    "clusters/a True",
    "clusters/b False",
  ]);
});

test("GIVEN a fault WHEN reported THEN there is nothing else", () => {
  const fault = { what: "no", where: "here", fix: "do" };
  expect(unableReport(sides.base, sides.head, fault, 3)).toMatchObject({ verdict: "unable", fault, changes: [] });
});

test("GIVEN a workload WHEN judged THEN its status is read as kstatus does", () => {
  const of = (status: string) =>
    readiness(
      object(
        `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, generation: 2}, spec: {replicas: 2}, status: ${status}}`,
      ),
      [],
    );
  expect(of("{observedGeneration: 1}")).toMatchObject({ state: "progressing", message: "is not observed yet" });
  const available = 'availableReplicas: 2, conditions: [{type: Available, status: "True"}]';
  expect(of(`{observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 1, ${available}}`)).toMatchObject({
    message: "1 of 2 replicas are ready",
  });
  expect(of(`{observedGeneration: 2, replicas: 3, updatedReplicas: 2, readyReplicas: 2, ${available}}`)).toMatchObject({
    message: "old replicas are still there",
  });
  expect(of(`{observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, ${available}}`)).toEqual({
    state: "ready",
  });
  expect(
    of('{observedGeneration: 2, conditions: [{type: ReplicaFailure, status: "True", message: exceeded quota}]}'),
  ).toMatchObject({ state: "hopeless", message: "exceeded quota" });
});
