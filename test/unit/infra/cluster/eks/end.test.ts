import { describe, expect, test } from "vitest";
import { ensureGone } from "../../../../../infra/cluster/eks/presence.js";
import { releaseCloudParts } from "../../../../../infra/cluster/eks/release.js";
import type { ApiCall, KubeApi } from "../../../../../packages/kit/kube-api.js";

describe("a cluster whose API server does not answer", () => {
  const cluster = { kind: "eks", name: "west", region: "eu-central-1" } as const;
  const credentials = { accessKeyId: "A", secretAccessKey: "s" };
  const answering = (answer: () => Response) => ({ credentials, fetch: (async () => answer()) as typeof fetch });

  test.each(["ACTIVE", "UPDATING", "CREATING"])("is not gone while AWS says %s", async (status) => {
    const aws = answering(() => new Response(JSON.stringify({ cluster: { status } })));
    await expect(ensureGone(cluster, aws)).rejects.toMatchObject({
      what: `AWS says that the cluster is ${status}, and its API server does not answer here`,
    });
  });

  test("is gone when AWS does not know it", async () => {
    const headers = { "x-amzn-errortype": "ResourceNotFoundException" };
    await ensureGone(
      cluster,
      answering(() => new Response("{}", { status: 404, headers })),
    );
  });

  test("may exist when AWS rejects the request", async () => {
    const headers = { "x-amzn-errortype": "ExpiredTokenException" };
    const aws = answering(() => new Response('{"message":"expired"}', { status: 403, headers }));
    await expect(ensureGone(cluster, aws)).rejects.toMatchObject({ name: "UserError" });
  });
});

// biome-ignore lint/suspicious/noExplicitAny: objects as an API server gives them.
type Obj = any;

const KINDS: Readonly<Record<string, ReadonlyArray<readonly [string, string, boolean]>>> = {
  "/api/v1": [
    ["services", "Service", true],
    ["persistentvolumeclaims", "PersistentVolumeClaim", true],
    ["persistentvolumes", "PersistentVolume", false],
  ],
  "/apis/networking.k8s.io/v1": [["ingresses", "Ingress", true]],
};

/** A cluster in memory: a claim that is deleted takes its volume with it. */
class Cluster {
  readonly objects = new Map<string, Obj>();
  readonly deleted: string[] = [];
  /** Called before each list of pods. */
  tick = () => {};

  put(path: string, object: Obj): void {
    const [namespace, name] = [/namespaces\/([^/]+)/.exec(path)?.[1], path.split("/").at(-1)];
    this.objects.set(path, { ...object, metadata: { namespace, name, ...object.metadata } });
  }

  async find(path: string): Promise<Obj> {
    if (path === "/api/v1/pods") this.tick();
    const resources = KINDS[path];
    if (resources) return { resources: resources.map(([name, kind, namespaced]) => ({ name, kind, namespaced })) };
    const plural = /\/(services|pods|persistentvolumes|ingresses)$/.exec(path)?.[1];
    if (plural === undefined) return this.objects.get(path);
    return { items: [...this.objects].filter(([key]) => key.split("/").at(-2) === plural).map(([, value]) => value) };
  }

  async call({ method = "GET", path }: ApiCall): Promise<Obj> {
    if (method === "DELETE") {
      this.deleted.push(path.split("/").slice(-2).join("/"));
      const claim = this.objects.get(path);
      this.objects.delete(path);
      const volume = claim?.spec?.volumeName;
      if (volume) this.objects.delete(`/api/v1/persistentvolumes/${volume}`);
      return {};
    }
    throw new Error(`not expected: ${method} ${path}`);
  }
}

const volume = (policy: string) => ({
  spec: {
    ...{ persistentVolumeReclaimPolicy: policy, claimRef: { namespace: "db", name: "data-db-0" } },
    csi: { driver: "ebs.csi.eks.amazonaws.com", volumeHandle: "vol-1" },
  },
});
const release = (cluster: Cluster, timeout = 5_000) =>
  releaseCloudParts(cluster as unknown as KubeApi, { timeout, progress: () => {} });

describe("what a cluster created in AWS is deleted before the cluster", () => {
  test("load balancers first, then the disks of what was deleted", async () => {
    const cluster = new Cluster();
    cluster.put("/api/v1/namespaces/web/services/shop", { spec: { type: "LoadBalancer" } });
    cluster.put("/api/v1/namespaces/web/services/inner", { spec: { type: "ClusterIP" } });
    cluster.put("/apis/networking.k8s.io/v1/namespaces/web/ingresses/shop", { spec: {} });
    cluster.put("/api/v1/persistentvolumes/pv-1", volume("Delete"));
    cluster.put("/api/v1/namespaces/db/persistentvolumeclaims/data-db-0", { spec: { volumeName: "pv-1" } });
    expect(await release(cluster)).toEqual([]);
    expect(cluster.deleted).toEqual(["services/shop", "ingresses/shop", "persistentvolumeclaims/data-db-0"]);
    expect([...cluster.objects.keys()]).toEqual(["/api/v1/namespaces/web/services/inner"]);
  });

  test("waits for disks in use, and names the pods that use them", async () => {
    const cluster = new Cluster();
    const using = { spec: { volumes: [{ persistentVolumeClaim: { claimName: "data-db-0" } }] } };
    cluster.put("/api/v1/persistentvolumes/pv-1", volume("Delete"));
    cluster.put("/api/v1/namespaces/db/persistentvolumeclaims/data-db-0", { spec: { volumeName: "pv-1" } });
    cluster.put("/api/v1/namespaces/db/pods/db-0", using);
    await expect(release(cluster, 50)).rejects.toThrow(/Pod db\/db-0 uses one/);
    expect(cluster.deleted).toEqual([]);
    let looks = 0;
    cluster.tick = () => {
      looks += 1;
      if (looks === 2) cluster.objects.delete("/api/v1/namespaces/db/pods/db-0");
    };
    await release(cluster);
    expect(cluster.deleted).toEqual(["persistentvolumeclaims/data-db-0"]);
  });

  test("names disks that stay", async () => {
    const cluster = new Cluster();
    cluster.put("/api/v1/persistentvolumes/pv-1", volume("Retain"));
    expect(await release(cluster)).toEqual(["vol-1 (PersistentVolume pv-1)"]);
    expect(cluster.deleted).toEqual([]);
  });
});
