import { expect, test } from "vitest";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { lackingPods } from "../../../../../packages/rehearsal/model/lacking-pods.js";
import { applied, object } from "./support.js";

const workload = (pod: string, { kind = "Deployment", image = "a" } = {}) =>
  object(`apiVersion: ${kind === "CronJob" ? "batch/v1" : "apps/v1"}
kind: ${kind}
metadata: {name: web, namespace: default, ${applied}}
spec: ${kind === "CronJob" ? "{jobTemplate: {spec: " : ""}{template: {spec: {containers: [{name: a, image: ${image}${pod.startsWith("volumes") ? "" : `, ${pod}`}}]${pod.startsWith("volumes") ? `, ${pod}` : ""}}}}${kind === "CronJob" ? "}}" : ""}
`);
const settings = (data: string, kind = "ConfigMap", more = applied) =>
  object(`apiVersion: v1\nkind: ${kind}\nmetadata: {name: settings, namespace: default, ${more}}\ndata: ${data}\n`);

const withKey = "env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}]";
const stuckIn = (before: readonly KubeObject[], after: readonly KubeObject[]) => [
  ...lackingPods(before, after).stuck.values(),
];
const gapsIn = (before: readonly KubeObject[], after: readonly KubeObject[]) => lackingPods(before, after).gaps;

test("GIVEN a key that a manifest's object lacks THEN new pods do not start", () => {
  const now = [workload(withKey), settings("{b: c}")];
  expect(stuckIn([], now)).toEqual(["ConfigMap default/settings has no key a"]);
  expect(stuckIn([], [workload(withKey), settings("{a: c}")])).toEqual([]);
  expect(stuckIn(now, now)).toEqual([]);
  // Others may write what no manifest does.
  expect(stuckIn([], [workload(withKey), settings("{b: c}", "ConfigMap", "labels: {}")])).toEqual([]);
});

test("GIVEN a key that goes while the pods stay THEN those that start later do not come up", () => {
  const gaps = gapsIn([workload(withKey), settings("{a: b}")], [workload(withKey), settings("{b: c}")]);
  expect(gaps).toEqual([
    {
      subject: "Deployment default/web",
      reason: "new pods do not start: ConfigMap default/settings has no key a",
      affected: true,
    },
  ]);
});

test("GIVEN an object that the merge removes WHEN pods that need it are made again THEN they do not start", () => {
  const before = [workload(withKey), settings("{a: b}")];
  expect(stuckIn(before, [workload(withKey, { image: "b" })])).toEqual(["ConfigMap default/settings no longer exists"]);
  expect(lackingPods(before, [workload(withKey, { kind: "CronJob" })])).toMatchObject({
    stuck: new Map(),
    gaps: [{ affected: true }],
  });
});

test.each([
  ["env", withKey],
  ["envFrom", "envFrom: [{secretRef: {name: settings}}]"],
  ["a volume", "volumes: [{name: v, secret: {secretName: settings}}]"],
  ["a projected volume", "volumes: [{name: v, projected: {sources: [{configMap: {name: settings}}]}}]"],
  ["a claim", "volumes: [{name: v, persistentVolumeClaim: {claimName: settings}}]"],
])("GIVEN a new reference to what is not in Git THEN it is assumed, and said: %s", (_name, pod) => {
  const [gap, ...more] = gapsIn([], [workload(pod)]);
  expect([gap?.subject, gap?.affected, more]).toEqual(["Deployment default/web", true, []]);
  expect(gap?.option).toMatch(/^--assume FILE with (ConfigMap|Secret|PersistentVolumeClaim) default\/settings$/);
});

test("GIVEN a reference that is old, optional, or to what a custom resource makes THEN nothing is said", () => {
  const pod = "envFrom: [{secretRef: {name: settings}}]";
  expect(gapsIn([workload(pod)], [workload(pod, { image: "b" })])).toEqual([]);
  expect(gapsIn([], [workload("envFrom: [{secretRef: {name: settings, optional: true}}]")])).toEqual([]);
  const external = object(
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a, namespace: default}\nspec: {target: {name: settings}}\n",
  );
  expect(gapsIn([], [workload(pod), external])).toEqual([]);
  // A Secret of Git that becomes one of an operator.
  expect(lackingPods([workload(pod), settings("{a: b}", "Secret")], [workload(pod, { image: "b" }), external])).toEqual(
    {
      stuck: new Map(),
      gaps: [],
    },
  );
});
