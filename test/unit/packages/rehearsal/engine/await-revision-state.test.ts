import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { awaitRevisionState } from "../../../../../packages/rehearsal/engine/await-revision-state.js";
import type { ClusterWatch } from "../../../../../packages/rehearsal/engine/cluster-watch.js";
import type { RehearsalCluster, RehearsalContext } from "../../../../../packages/rehearsal/engine/rehearsal-cluster.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";

const extensions = "apiextensions.k8s.io/v1";
const ending = { name: "boats.example.com", deletionTimestamp: "2026-01-02T03:04:05Z" };
const definition: KubeObject = { apiVersion: extensions, kind: "CustomResourceDefinition", metadata: ending };
const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", uid: "1" } };

/** What the cluster has, by the path of its list. */
let lists: Map<string, KubeObject[]>;
let woken: string[];
let whenWoken: () => void;
beforeEach(() => {
  lists = new Map();
  woken = [];
  whenWoken = () => {};
});

const version = (name: string, resource: string, kind: string) => ({
  version: name,
  freshness: "Current",
  resources: [{ resource, responseKind: { kind }, verbs: ["list", "create"] }],
});
const discovery = new Map([
  ["/api", [{ metadata: {}, versions: [version("v1", "namespaces", "Namespace")] }]],
  [
    "/apis",
    [
      {
        metadata: { name: "apiextensions.k8s.io" },
        versions: [version("v1", "customresourcedefinitions", "CustomResourceDefinition")],
      },
    ],
  ],
]);
const api = {
  call: async ({ method, path }: { method?: string; path: string }) => {
    if (method !== "PATCH") return { items: discovery.get(path) ?? lists.get(path) ?? [] };
    woken.push(path);
    whenWoken();
    return undefined;
  },
};
const definitions = `/apis/${extensions}/customresourcedefinitions`;

function stateOf(watched: readonly KubeObject[], milliseconds: number) {
  const watch = { flux: [], workloads: watched, pods: [], complete: true, quiet: 60_000, change: () => sleep(5) };
  return awaitRevisionState(
    {
      cluster: { api } as unknown as RehearsalCluster,
      watch: watch as unknown as ClusterWatch,
      context: { progress: () => {} } as unknown as RehearsalContext,
      deadline: Date.now() + milliseconds,
    },
    () => undefined,
  );
}

test("GIVEN a definition that the API server forgot to delete WHEN awaited THEN it is woken and deleted", async () => {
  lists.set(definitions, [definition]);
  whenWoken = () => lists.delete(definitions);
  expect((await stateOf([], 10_000)).snapshot).toEqual([]);
  expect(woken).toEqual([`${definitions}/boats.example.com`]);
});

test("GIVEN a definition whose objects keep it WHEN awaited THEN the wait for it ends", async () => {
  lists.set(definitions, [definition]);
  const start = Date.now();
  expect((await stateOf([], 60_000)).snapshot).toEqual([definition]);
  expect(Date.now() - start).toBeLessThan(10_000);
});

test("GIVEN an object that the watch reports late WHEN awaited THEN the state includes it", async () => {
  lists.set("/api/v1/namespaces", [namespace]);
  const watched: KubeObject[] = [];
  setTimeout(() => watched.push(namespace), 100);
  expect((await stateOf(watched, 10_000)).snapshot).toEqual([namespace]);
  expect(watched).toEqual([namespace]);
});

test("GIVEN an object that the watch never reports WHEN the deadline is over THEN it is an error", async () => {
  lists.set("/api/v1/namespaces", [namespace]);
  await expect(stateOf([], 200)).rejects.toThrow("did not report every object in time");
});
