import { expect, test } from "vitest";
import { reportOf, unableReport } from "../../../../../packages/rehearsal/model/build-report.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { mergeReports } from "../../../../../packages/rehearsal/model/merge-reports.js";
import { policyResults } from "../../../../../packages/rehearsal/model/policies.js";
import { readiness } from "../../../../../packages/rehearsal/model/readiness.js";
import type { DryRun } from "../../../../../packages/rehearsal/model/revision-state.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";
import { applied, object, revisionState } from "./support.js";

const noFiles = { paths: [], files: new Map(), links: [] };
const empty = {
  tree: { base: noFiles, head: noFiles, changed: [], documents: [] },
  readers: [],
  policies: [],
  notEvaluated: [],
  simulated: [],
  provenance: [],
  duration: 1,
};
const states = { base: { ref: "main" }, head: { ref: "HEAD" } };
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
  const after = revisionState([chart, release], {
    outcomes: [
      ["source.toolkit.fluxcd.io/HelmRepository/shop/charts", { state: "assumed", message: "no such host" }],
      [
        "helm.toolkit.fluxcd.io/HelmRelease/shop/db",
        { state: "assumed", message: "it needs HelmRepository shop/charts" },
      ],
    ],
  });
  const report = reportOf({ ...empty, ...states, before: revisionState([]), after });
  expect(report.notEvaluated.map(({ subject, reason }) => `${subject}: ${reason}`)).toEqual([
    "HelmRelease shop/db: it needs HelmRepository shop/charts",
    "HelmRepository shop/charts: it cannot be read from here: no such host",
  ]);
  expect(report.verdict).toBe("unknown");
  expect(report.coverage?.reconciliations).toEqual({ evaluated: 0, all: 1 });
  const unchanged = reportOf({ ...empty, ...states, before: after, after });
  expect(unchanged.verdict).toBe("safe");
});

test("GIVEN a workload that does not become ready WHEN reported THEN it is rejected, unless it did not before either", () => {
  const [old, young] = [deployment("nginx:1"), deployment("Not An Image")];
  const failing = [["apps/Deployment/shop/web", "InvalidImageName"]] as const;
  const report = reportOf({
    ...empty,
    ...states,
    before: revisionState([old]),
    after: revisionState([young], { failing }),
  });
  expect(report).toMatchObject({
    verdict: "rejected",
    changes: [{ action: "rejected", message: "does not become ready: InvalidImageName" }],
  });
  const known = reportOf({
    ...empty,
    ...states,
    before: revisionState([young], { failing }),
    after: revisionState([young], { failing }),
  });
  expect(known).toMatchObject({ verdict: "safe", changes: [] });
});

const owner = "Kustomization flux-system/web";
const map = object("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {a: b}}");
const dryRuns = [
  { object: deployment("nginx:1"), owner, rejection: "field is immutable" },
  { object: map, owner, result: map },
];

test("GIVEN what a refused Kustomization would have applied WHEN reported THEN refusals and what is left out are told apart", () => {
  const { changes, verdict } = reportOf({
    ...empty,
    ...states,
    before: revisionState([]),
    after: revisionState([], { dryRuns }),
  });
  expect(verdict).toBe("rejected");
  expect(changes.map(({ ref, message }) => `${ref.kind}: ${message}`).sort()).toEqual([
    "ConfigMap: not applied: Kustomization flux-system/web stops at Deployment shop/web",
    "Deployment: field is immutable",
  ]);
});

const rejectedOf = (before: readonly DryRun[], after: readonly DryRun[], live: readonly KubeObject[] = []) =>
  reportOf({
    ...empty,
    ...states,
    before: revisionState(live, { dryRuns: before }),
    after: revisionState(live, { dryRuns: after }),
  }).changes.map(({ ref }) => ref.kind);

test("GIVEN what was refused or left out at the base as well WHEN reported THEN only another refusal is", () => {
  const rejected = (image: string, rejection: string, by = owner) => ({
    object: deployment(image),
    owner: by,
    rejection,
  });
  expect(rejectedOf(dryRuns, dryRuns)).toEqual([]);
  expect(rejectedOf(dryRuns, [rejected("nginx:2", "field is immutable")])).toEqual([]);
  expect(rejectedOf(dryRuns, [rejected("nginx:1", "quota exceeded")])).toEqual(["Deployment"]);
  expect(rejectedOf(dryRuns, [rejected("nginx:1", "field is immutable", "Kustomization flux-system/b")])).toEqual([
    "Deployment",
  ]);
  expect(rejectedOf(dryRuns, [{ object: map, owner, rejection: "no" }])).toEqual(["ConfigMap"]);
});

test("GIVEN the same refusal of another value WHEN reported THEN it is not another refusal", () => {
  const rejected = (value: string) => [
    { object: map, owner, rejection: `spec.replicas: Invalid value: "${value}": must be a number` },
  ];
  expect(rejectedOf(rejected("two"), rejected("three: 3"))).toEqual([]);
});

test("GIVEN a Kustomization that failed for the same before WHEN the merge edits its other objects THEN these are not rejected", () => {
  const edited = { ...map, data: { a: "c" } };
  expect(rejectedOf(dryRuns, [dryRuns[0] as DryRun, { object: edited, owner, result: edited }])).toEqual([]);
  const worse = { object: deployment("nginx:1"), owner, rejection: "quota exceeded" };
  expect(rejectedOf(dryRuns, [worse, { object: edited, owner, result: edited }]).sort()).toEqual([
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
  const rejected = { object: deployment("nginx:1"), owner, rejection: "no" };
  expect(rejectedOf([], [rejected, { object: live, owner, result }], [live])).toEqual(["Deployment"]);
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
  const one = reportOf({
    ...empty,
    ...states,
    before: revisionState([]),
    after: revisionState([deployment("nginx:1")]),
  });
  const other = reportOf({
    ...empty,
    ...states,
    before: revisionState([deployment("nginx:1")]),
    after: revisionState([]),
  });
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
    ...unableReport(states.base, states.head, { what: "", where: "", fix: "" }, 1),
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
  const error = { what: "no", where: "here", fix: "do" };
  expect(unableReport(states.base, states.head, error, 3)).toMatchObject({ verdict: "unable", error, changes: [] });
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
