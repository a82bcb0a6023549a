import { describe, expect, test } from "vitest";
import { compare } from "../../../../../packages/rehearsal/model/compare.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { applied, object } from "./support.js";

const map = (data: string, more = "") =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, ${applied}${more}}, data: {a: ${data}}}`;
const claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}}";
const namespace = `{apiVersion: v1, kind: Namespace, metadata: {name: shop, ${applied}}}`;

test("GIVEN an object with another uid WHEN compared THEN it was recreated, whatever else is the same", () => {
  const [change] = compare({ before: [object(map("1"), "one")], after: [object(map("1"), "two")] });
  expect(change).toMatchObject({ action: "recreated", dataLoss: false, owner: "Kustomization flux-system/web" });
});

test("GIVEN what the API server manages alone differs WHEN compared THEN nothing has changed", () => {
  const managed = ", resourceVersion: '7', generation: 3, annotations: {reconcile.fluxcd.io/requestedAt: now}";
  expect(compare({ before: [object(map("1"))], after: [object(map("1", managed))] })).toEqual([]);
});

test("GIVEN another owner WHEN compared THEN the object moves, although no line of it differs", () => {
  const moved = map("1").replace("name: web,", "name: shop,");
  const [change] = compare({ before: [object(map("1"))], after: [object(moved)] });
  expect(change).toMatchObject({
    action: "updated",
    owner: "Kustomization flux-system/shop",
    formerOwner: "Kustomization flux-system/web",
    diff: "",
  });
});

test("GIVEN a namespace that goes WHEN compared THEN what is in it goes with it, and a claim in it is a loss", () => {
  const changes = compare({ before: [object(namespace, "n"), object(claim, "c")], after: [] });
  const byKind = Object.fromEntries(changes.map((one) => [one.ref.kind, one]));
  expect(byKind.Namespace).toMatchObject({
    action: "pruned",
    dataLoss: true,
    message: expect.stringContaining("with 1 volume claim in it"),
  });
  expect(byKind.PersistentVolumeClaim).toMatchObject({
    action: "deleted",
    dataLoss: true,
    message: expect.stringContaining("deleted with Namespace shop"),
  });
});

test("GIVEN an object that is deleted and waits for a finalizer WHEN compared THEN it goes, with what is lost and what it waits for", () => {
  const ending = claim.replace(
    "shop}",
    "shop, deletionTimestamp: '2026-01-02T03:04:05Z', finalizers: [kubernetes.io/pvc-protection]}",
  );
  const [change] = compare({ before: [object(claim, "c")], after: [object(ending, "c")] });
  expect(change).toMatchObject({
    action: "deleted",
    dataLoss: true,
    message: expect.stringMatching(
      /data is lost.*; it remains until its finalizers finish: kubernetes.io\/pvc-protection$/,
    ),
  });
});

test("GIVEN an object that was on its way out before WHEN compared THEN that it goes is no change", () => {
  const ending = map("1", ", deletionTimestamp: '2026-01-02T03:04:05Z'");
  expect(compare({ before: [object(ending)], after: [] })).toEqual([]);
  expect(compare({ before: [object(ending)], after: [object(ending)] })).toEqual([]);
});

test("GIVEN a definition that goes WHEN compared THEN its objects are lost with it", () => {
  const definition = `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: boats.example.com, ${applied}}, spec: {group: example.com, names: {kind: Boat}}}`;
  const boat = "{apiVersion: example.com/v1, kind: Boat, metadata: {name: one, namespace: shop}}";
  const changes = compare({ before: [object(definition, "d"), object(boat, "b")], after: [] });
  expect(changes.map(({ ref, action, dataLoss }) => [ref.kind, action, dataLoss])).toEqual([
    ["CustomResourceDefinition", "pruned", true],
    ["Boat", "deleted", false],
  ]);
});

test("GIVEN a Secret with another value WHEN compared THEN that it differs is said, and neither value", () => {
  const secret = (value: string) =>
    object(
      `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, data: {key: ${value}, same: c2FtZQ==}}`,
    );
  const [change] = compare({ before: [secret("Zmlyc3Q=")], after: [secret("c2Vjb25k")] });
  expect(change?.diff).toContain("-  key: (hidden, old value)\n+  key: (hidden, new value)\n   same: (hidden)");
  expect(JSON.stringify(change)).not.toMatch(/Zmlyc3Q|c2Vjb25k|first|second/);
});

describe("what only looks like a change", () => {
  const root = (name: string, ids: readonly string[], more = "") =>
    object(
      `{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: ${name}, namespace: flux-system${more}}, status: {inventory: {entries: [${ids.map((id) => `{id: ${id}, v: v1}`).join(", ")}]}}}`,
      name,
    );
  const shop = (owner: string) => object(namespace.replace("name: web,", `name: ${owner},`), "n");

  test("GIVEN a namespace that two Kustomizations list WHEN the other one looked last THEN it does not move", () => {
    const both = [root("web", ["_shop__Namespace"]), root("infra", ["_shop__Namespace"])];
    expect(compare({ before: [...both, shop("web")], after: [...both, shop("infra")] })).toEqual([]);
    const moved = compare({
      before: [root("web", ["_shop__Namespace"]), shop("web")],
      after: [root("web", []), root("infra", ["_shop__Namespace"]), shop("infra")],
    });
    expect(moved.find(({ ref }) => ref.kind === "Namespace")).toMatchObject({
      formerOwner: "Kustomization flux-system/web",
    });
  });

  test("GIVEN a Job that removes itself WHEN it is gone THEN only what no longer applies it deletes it", () => {
    const job = (ttl: string, uid = "j") =>
      object(
        `{apiVersion: batch/v1, kind: Job, metadata: {name: migrate, namespace: shop, ${applied}}, spec: {${ttl}}}`,
        uid,
      );
    const ids = ["shop_migrate_batch_Job"];
    const gone = (one: KubeObject, after: readonly string[]) =>
      compare({ before: [root("web", ids), one], after: [root("web", after)] }).map(({ action }) => action);
    expect(gone(job("ttlSecondsAfterFinished: 60"), ids)).toEqual([]);
    expect(gone(job("ttlSecondsAfterFinished: 60"), [])).toEqual(["pruned"]);
    expect(gone(job("backoffLimit: 1"), ids)).toEqual(["pruned"]);
    const again = [job("ttlSecondsAfterFinished: 60"), job("ttlSecondsAfterFinished: 60", "later")] as const;
    expect(compare({ before: [again[0]], after: [again[1]] })).toEqual([]);
  });

  test("GIVEN a Job of a release that removes itself WHEN its release stays as it is THEN it was not deleted", () => {
    const release = (digest: string) =>
      object(
        `{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web, namespace: shop}, status: {lastAttemptedRevision: 1.0.0, lastAttemptedConfigDigest: ${digest}}}`,
        "r",
      );
    const job = object(
      "{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: shop, labels: {helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: shop}}, spec: {ttlSecondsAfterFinished: 1}}",
    );
    const gone = (digest: string) => compare({ before: [release("a"), job], after: [release(digest)] });
    expect(gone("a")).toEqual([]);
    expect(gone("b")).toMatchObject([{ action: "pruned" }]);
  });
});
