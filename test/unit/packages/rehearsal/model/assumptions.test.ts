import { expect, test } from "vitest";
import { assumptions } from "../../../../../packages/rehearsal/model/assumptions.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";

function one(apiVersion: string, kind: string, name: string, spec: object, generation = 1): KubeObject {
  const managedFields = [{ manager: "kustomize-controller", fieldsV1: { "f:spec": fieldsOf(spec) } }];
  return { apiVersion, kind, metadata: { name, namespace: "shop", uid: name, generation, managedFields }, spec };
}

const fieldsOf = (spec: object) => Object.fromEntries(Object.keys(spec).map((key) => [`f:${key}`, {}]));

function claim(storage: string, storageClassName?: string): KubeObject {
  const spec = { resources: { requests: { storage } }, ...(storageClassName && { storageClassName }) };
  return one("v1", "PersistentVolumeClaim", "data", spec, storage === "1Gi" ? 1 : 2);
}

const fast = one("storage.k8s.io/v1", "StorageClass", "fast", {});

test("a claim that grows is said to be assumed where its class is not in the trees", () => {
  expect(assumptions([claim("1Gi", "fast")], [claim("2Gi", "fast")])).toEqual([
    "PersistentVolumeClaim shop/data may grow: StorageClass fast is not in the trees",
  ]);
  expect(assumptions([claim("1Gi")], [claim("2Gi")])).toEqual([
    "PersistentVolumeClaim shop/data may grow: its StorageClass is not in the trees",
  ]);
  expect(assumptions([claim("1Gi", "fast")], [claim("2Gi", "fast"), fast])).toEqual([]);
  expect(assumptions([claim("1Gi", "fast")], [claim("1Gi", "fast")])).toEqual([]);
});

test("addresses and families that Services ask for are assumed to be the cluster's; those that are given out are not", () => {
  const asking = one("v1", "Service", "a", { clusterIP: "172.20.0.10" });
  const dual = one("v1", "Service", "b", { ipFamilyPolicy: "RequireDualStack" });
  const given = { ...one("v1", "Service", "c", {}), spec: { clusterIP: "172.20.0.11" } };
  expect(assumptions([], [asking, dual, given])).toEqual([
    "the cluster's service network contains the addresses that Services request",
    "the cluster has IPv4 and IPv6 addresses",
  ]);
  expect(assumptions([asking, dual], [asking, dual])).toEqual([]);
  const annotations = { "rehearsal.timonier/cluster-ip": "172.20.0.10" };
  const replaced = { ...given, metadata: { ...given.metadata, annotations } };
  expect(assumptions([], [replaced])).toHaveLength(1);
  expect(assumptions([], [given, one("v1", "Service", "d", { clusterIP: "None" })])).toEqual([]);
});
