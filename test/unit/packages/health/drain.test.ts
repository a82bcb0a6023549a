import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drain, resume } from "../../../../packages/health/drain.js";
import type { KubeObject } from "../../../../packages/health/kube-object.js";
import { deleteOwned } from "../../../../packages/health/owned-objects.js";
import { FakeApi } from "./fake-api.js";

const mark = { annotation: "timonier/cluster", value: "west" };
const marked = { "timonier/cluster": "west" };
const options = { timeout: 0, progress: () => {} };

const kustomization = (
  name: string,
  applied: readonly string[],
  metadata: Partial<KubeObject["metadata"]> = {},
): KubeObject => ({
  ...{ apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" },
  metadata: { name, namespace: "flux-system", ...metadata },
  status: { inventory: { entries: applied.map((id) => ({ id, v: "v1" })) } },
});
const root = (metadata: Partial<KubeObject["metadata"]> = { annotations: marked }) =>
  kustomization("flux-system", ["flux-system_myapp_kustomize.toolkit.fluxcd.io_Kustomization"], metadata);
const source: KubeObject = {
  ...{ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository" },
  metadata: { name: "flux-system", namespace: "flux-system" },
};
const deployment = (name: string, finalizers: string[] = []): KubeObject => ({
  ...{ apiVersion: "apps/v1", kind: "Deployment" },
  metadata: { name, namespace: "default", finalizers },
});
const myapp = kustomization("myapp", ["default_nginx_apps_Deployment"]);

let api: FakeApi;
let kubeconfig: string;
beforeEach(async () => {
  api = new FakeApi();
  kubeconfig = await api.start();
});
afterEach(() => api.stop());

describe("a drain", () => {
  test("takes away what Flux drives, then the root", async () => {
    api.put(root(), source, myapp, deployment("nginx"));
    await drain(kubeconfig, mark, options);
    expect([...api.objects.keys()]).toEqual([]);
    expect(api.journal).toEqual([
      "DELETE Kustomization myapp",
      "DELETE Deployment nginx",
      "DELETE Kustomization flux-system",
      "DELETE GitRepository flux-system",
    ]);
  });

  test("names what is stuck, also when the kustomization that applied it is gone, until it is not", async () => {
    const stuck = deployment("nginx", ["example.org/never"]);
    api.put(root(), source, myapp, stuck);
    const named = /Deployment default\/nginx is still there, waits for example.org\/never/;
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow(named);
    expect(api.has(myapp)).toBe(false);
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow(named);
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow(named);
    expect(api.has(root())).toBe(true);
    api.release(stuck);
    await drain(kubeconfig, mark, options);
    expect([...api.objects.keys()]).toEqual([]);
  });

  test("waits for what kustomizations of kustomizations applied, too", async () => {
    const outer = kustomization("myapp", ["flux-system_inner_kustomize.toolkit.fluxcd.io_Kustomization"]);
    const inner = kustomization("inner", ["default_deep_apps_Deployment", "_team__Namespace"]);
    const team: KubeObject = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team", finalizers: ["theirs"] },
    };
    const stuck = deployment("deep", ["example.org/never"]);
    api.put(root(), source, outer, inner, stuck, team);
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow(/: Deployment default\/deep is still there, waits/);
    api.release(stuck);
    await drain(kubeconfig, mark, options);
    expect([...api.objects.keys()]).toEqual(["/api/v1/namespaces/team"]);
  });

  test("knows an inner kustomization that is stuck for its own, and refuses what is others'", async () => {
    const definition: KubeObject = {
      ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
      metadata: { name: "kustomizations.kustomize.toolkit.fluxcd.io", annotations: marked },
    };
    const outer = kustomization("myapp", ["flux-system_inner_kustomize.toolkit.fluxcd.io_Kustomization"]);
    const inner = kustomization("inner", [], { finalizers: ["finalizers.fluxcd.io"] });
    api.put(definition, root(), source, outer, inner);
    const named = /Kustomization flux-system\/inner is still there, waits for finalizers.fluxcd.io/;
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow(named);
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow(named);
    api.put(kustomization("others", []));
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow(
      /also manages objects of other owners\n.*flux-system\/others\n/,
    );
  });

  test("takes away what was being applied when it began, though nobody had written it down", async () => {
    const working = { Ready: "Unknown", Reconciling: "True" };
    const conditions = Object.entries(working).map(([type, status]) => ({ type, status }));
    const busy = { ...root({ annotations: marked, finalizers: ["f"] }), status: { conditions } };
    const labels = {
      "kustomize.toolkit.fluxcd.io/name": "flux-system",
      "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    };
    const late = kustomization("late", ["default_nginx_apps_Deployment"], { labels });
    const inventoried = deployment("other");
    api.put(busy, source, deployment("nginx"), inventoried);
    // GIVEN a controller that goes on for a while: it applies more, and then writes what it had applied
    let looks = 0;
    api.looked = (object) => {
      if (object.metadata.name !== "flux-system" || object.kind !== "Kustomization" || ++looks !== 3) return;
      api.put(late, {
        ...busy,
        metadata: { ...busy.metadata, finalizers: [] },
        spec: { suspend: true },
        status: {
          conditions: [{ type: "Ready", status: "True" }],
          inventory: { entries: [{ id: "default_other_apps_Deployment", v: "v1" }] },
        },
      });
    };
    await drain(kubeconfig, mark, { ...options, timeout: 5_000 });
    expect([...api.objects.keys()]).toEqual([]);
  });

  test("goes on where the annotation is not one of ours", async () => {
    api.put(root({ annotations: { ...marked, "timonier/awaited": "%%" } }), source, myapp);
    await drain(kubeconfig, mark, options);
    expect([...api.objects.keys()]).toEqual([]);
  });

  test.each([
    ["another stack's", { annotations: { "timonier/cluster": "east" } }],
    ["flux bootstrap's", { managedFields: [{ manager: "flux" }] }],
  ])("leaves %s root alone", async (_, metadata) => {
    api.put(root(metadata), source, myapp, deployment("nginx"));
    await drain(kubeconfig, mark, options);
    expect(api.journal).toEqual([]);
  });

  test("knows its root by Pulumi's trace where somebody removed the mark", async () => {
    api.put(root({ managedFields: [{ manager: "pulumi-kubernetes-1a2b" }] }), source, myapp, deployment("nginx"));
    await drain(kubeconfig, mark, options);
    expect([...api.objects.keys()]).toEqual([]);
  });
});

describe("an update after a drain", () => {
  const stuck = deployment("nginx", ["example.org/never"]);
  const top = () =>
    api.objects.get([...api.objects.keys()].find((path) => /kustomizations\/flux-system/.test(path)) ?? "");

  test("that gave up lets Flux go on, and a later drain ends", async () => {
    api.put(root(), source, myapp, stuck);
    await expect(drain(kubeconfig, mark, options)).rejects.toThrow("is still there");
    expect(top()?.spec?.suspend).toBe(true);
    expect(await resume(kubeconfig, mark)).toBe(true);
    expect(top()?.spec?.suspend).toBeUndefined();
    expect(await resume(kubeconfig, mark)).toBe(false);
    api.release(stuck);
    await drain(kubeconfig, mark, options);
    expect([...api.objects.keys()]).toEqual([]);
  });

  test("that was killed as soon as it had stopped Flux lets it go on, too", async () => {
    api.put(root(), source, myapp);
    let stopped: KubeObject | undefined;
    api.looked = (object) => {
      if (object.spec?.suspend) stopped ??= object;
    };
    await drain(kubeconfig, mark, options);
    api.put(stopped as KubeObject);
    expect(await resume(kubeconfig, mark)).toBe(true);
    expect(top()?.spec?.suspend).toBeUndefined();
  });

  test("leaves alone what somebody else has stopped, and another stack's", async () => {
    api.put({ ...root(), spec: { suspend: true } });
    expect(await resume(kubeconfig, mark)).toBe(false);
    expect(top()?.spec?.suspend).toBe(true);
    api.put({
      ...root({ annotations: { "timonier/cluster": "east", "timonier/awaited": "" } }),
      spec: { suspend: true },
    });
    expect(await resume(kubeconfig, mark)).toBe(false);
    expect(top()?.spec?.suspend).toBe(true);
  });

  test("does nothing where there is no Flux any more", async () => {
    expect(await resume(kubeconfig, mark)).toBe(false);
  });
});

test("a sweep deletes what is marked, namespaces last, and nothing else", async () => {
  const space = (name: string, annotations: Record<string, string>): KubeObject => ({
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { name, annotations } },
  });
  const config = (name: string, annotations: Record<string, string>): KubeObject => ({
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "a", annotations } },
  });
  const objects = [
    space("a", marked),
    space("b", {}),
    config("one", marked),
    config("two", { "timonier/cluster": "x" }),
  ];
  api.put(...objects);
  const refs = [...objects, config("absent", {})].map(({ apiVersion, kind, metadata: { name, namespace } }) => ({
    ...{ apiVersion, kind, name, namespace },
  }));
  const unknown = { apiVersion: "example.org/v1", kind: "Ghost", name: "g" };
  expect(await deleteOwned(kubeconfig, mark, [...refs, unknown], options)).toEqual(["ConfigMap a/one", "Namespace a"]);
  expect([...api.objects.keys()]).toEqual(["/api/v1/namespaces/b", "/api/v1/namespaces/a/configmaps/two"]);
});
