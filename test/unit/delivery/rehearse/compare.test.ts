import { expect, test } from "vitest";
import { compare } from "../../../../delivery/rehearse/compare.js";
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
    action: "changed",
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
    message: expect.stringContaining("goes with Namespace shop"),
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
      /data is lost.*; it stays until its finalizers are done: kubernetes.io\/pvc-protection$/,
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
