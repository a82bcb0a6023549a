import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClusterReader, readCluster } from "../../../../packages/health/cluster-reader.js";
import type { KubeObject } from "../../../../packages/health/kube-object.js";
import { FakeApi } from "./fake-api.js";

const pods = "/api/v1/namespaces/flux-system/pods";
const controller = (availableReplicas: number): KubeObject => ({
  ...{ apiVersion: "apps/v1", kind: "Deployment" },
  metadata: {
    name: "source-controller",
    namespace: "flux-system",
    labels: { "app.kubernetes.io/part-of": "flux" },
  },
  spec: { replicas: 1 },
  status: { availableReplicas },
});
const pod = (name: string, namespace: string): KubeObject => ({
  ...{ apiVersion: "v1", kind: "Pod", metadata: { name, namespace } },
});

let api: FakeApi;
let reader: ClusterReader;
beforeEach(async () => {
  api = new FakeApi();
  reader = await readCluster(await api.start());
  api.put(pod("source-controller-1", "flux-system"), pod("nginx-1", "default"));
});
afterEach(() => api.stop());

test("pods beside Flux's controllers are read when one of these has too few", async () => {
  api.put(controller(0));
  const view = await reader.view();
  expect(view.pods?.map(({ metadata }) => metadata.name)).toEqual(["source-controller-1"]);
});

test("pods are not asked for while every controller has its replicas", async () => {
  api.put(controller(1));
  api.forbidden.add(pods);
  expect(await reader.view()).toEqual({ sources: [], kustomizations: [], workloads: [controller(1)] });
});

test("a user who may not list pods sees the rest", async () => {
  api.put(controller(0));
  api.forbidden.add(pods);
  expect(await reader.view()).toEqual({ sources: [], kustomizations: [], workloads: [controller(0)] });
});
