import { expect, test } from "vitest";
import { type KubeObject, keyOf, refOf } from "../../../../../packages/rehearsal/model/kube-objects.js";
import {
  assumedAccounts,
  bindingOf,
  outsideAccounts,
} from "../../../../../packages/rehearsal/model/outside-accounts.js";
import type { ObjectChange } from "../../../../../packages/report/model.js";
import { object, revisionState } from "./support.js";

const byApps = "labels: {kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: team}";
const apps = object(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: team}
spec: {serviceAccountName: flux}
`);
const account = (labels: string) =>
  object(`apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: flux, namespace: team, ${labels}}\n`);
const binding = object(`apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: flux, namespace: team}
subjects: [{kind: ServiceAccount, name: flux}]
`);
const map = (name: string, namespace = "team", kind = "ConfigMap") =>
  object(`apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}, ${byApps}}\n`);

function accountsIn(snapshot: readonly KubeObject[], user = "team:flux") {
  const message = `ConfigMap/team/a dry-run failed (Forbidden): configmaps "a" is forbidden: User "system:serviceaccount:${user}" cannot patch resource "configmaps"`;
  return outsideAccounts(
    revisionState(snapshot, {
      outcomes: [[keyOf(apps), { state: "stalled", reason: "ReconciliationFailed", message }]],
    }),
  );
}

test("GIVEN a service account without rights that no manifest makes THEN a bootstrap outside of Git does", () => {
  expect(accountsIn([apps])).toEqual(["team/flux"]);
  // Kubernetes makes one in each namespace.
  expect(accountsIn([apps, account("annotations: {}")])).toEqual(["team/flux"]);
  expect(outsideAccounts(revisionState([apps], { outcomes: [[keyOf(apps), { state: "reconciled" }]] }))).toEqual([]);
});

test("GIVEN a service account that a manifest makes or gives rights to THEN its rights are those of Git", () => {
  expect(accountsIn([apps, account(byApps)])).toEqual([]);
  expect(accountsIn([apps, binding])).toEqual([]);
  expect(accountsIn([apps], "other:flux")).toEqual([]);
});

const change = (one: KubeObject, action: ObjectChange["action"] = "created"): ObjectChange => ({
  ref: refOf(one),
  action,
  dataLoss: false,
  owner: "Kustomization team/apps",
  diff: "",
});

test("assumed rights are not evaluated, and count where the merge needs others than the base", () => {
  const before = [apps, bindingOf("team/flux"), map("a")];
  const affectedBy = (changes: readonly ObjectChange[], more: readonly KubeObject[] = []) =>
    assumedAccounts(before, [...before, ...more], changes)[0]?.affected;
  expect(assumedAccounts(before, before, [])).toEqual([
    {
      subject: "ServiceAccount team/flux",
      reason: "it is not in Git: it is assumed to exist and to have all rights",
      option: "--assume FILE with ServiceAccount team/flux and its role bindings",
    },
  ]);
  expect(affectedBy([change(map("b")), change(map("a"), "updated")])).toBeUndefined();
  expect(affectedBy([change(map("b", "other"))])).toBe(true);
  expect(affectedBy([change(map("b", "team", "Secret"))])).toBe(true);
  expect(affectedBy([{ ...change(map("b", "other")), owner: "Kustomization team/others" }])).toBeUndefined();
  expect(affectedBy([], [binding])).toBe(true);
});
