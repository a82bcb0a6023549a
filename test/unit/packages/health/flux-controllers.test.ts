import { describe, expect, test } from "vitest";
import { deliveryHealth } from "../../../../packages/health/delivery-health.js";
import { requiredControllers, requiredImageControllers } from "../../../../packages/health/flux-controllers.js";
import type { ClusterView, KubeObject } from "../../../../packages/health/kube-object.js";
import type { Pod } from "../../../../packages/health/pod-reason.js";

const labels = { "app.kubernetes.io/part-of": "flux" };

function controller(name: string, extra: Pick<KubeObject, "spec" | "status"> = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "flux-system", generation: 1, labels },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, ...extra.spec },
    status: {
      ...{ observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
      ...extra.status,
    },
  };
}

const down = { availableReplicas: 0 };
const source = controller("source-controller");
const kustomize = controller("kustomize-controller");

function pod(app: string, status: Pod["status"]): Pod {
  return { metadata: { name: `${app}-1`, namespace: "flux-system", labels: { app } }, ...(status && { status }) };
}

/** Everything that is not Ready, but for what the view does not have. */
function open(view: Partial<ClusterView>, required: readonly string[] = requiredControllers): string[] {
  return deliveryHealth({ sources: [], kustomizations: [], workloads: [], ...view }, { heads: new Map(), required })
    .filter(({ state }) => state !== "ready")
    .map(({ object, state, message }) => `${object}: ${state} ${message}`);
}

describe("Flux's controllers", () => {
  test("are no findings while they have replicas", () => {
    expect(open({ workloads: [source, kustomize] })).toEqual([]);
  });

  test("for images are required only where the stack has them", () => {
    const workloads = [source, kustomize, controller("image-reflector-controller", { spec: { replicas: 0 } })];
    expect(open({ workloads })).toEqual([]);
    expect(open({ workloads }, [...requiredControllers, ...requiredImageControllers])).toEqual([
      "Deployment flux-system/image-reflector-controller: failed is scaled to 0; no image is updated without it",
      "Deployment flux-system/image-automation-controller: failed does not exist; no image is updated without it",
    ]);
  });

  test("without a replica are named with what each of their pods says, whether Git has them or not", () => {
    const crash = { restartCount: 2, state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } };
    const pods = [
      pod("source-controller", { phase: "Pending", containerStatuses: [crash] }),
      pod("helm-controller", { phase: "Pending" }),
    ];
    expect(open({ workloads: [controller("source-controller", { status: down }), kustomize], pods })).toEqual([
      "Deployment flux-system/source-controller: progressing no replica is available: pod source-controller-1: ImagePullBackOff: no such image",
    ]);
  });

  test("without a pod say why there is none", () => {
    const quota = [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota" }];
    const workloads = [
      controller("source-controller", { status: { ...down, conditions: quota } }),
      controller("kustomize-controller", { status: down }),
    ];
    expect(open({ workloads, pods: [] })).toEqual([
      "Deployment flux-system/source-controller: progressing no replica is available: FailedCreate: exceeded quota",
      "Deployment flux-system/kustomize-controller: progressing no replica is available: it has no pod",
    ]);
    expect(open({ workloads })[1]).toMatch(/its pods cannot be read$/);
  });

  test("that are scaled to 0 or deleted have failed: nothing brings them back", () => {
    expect(open({ workloads: [controller("source-controller", { spec: { replicas: 0 }, status: down })] })).toEqual([
      "Deployment flux-system/source-controller: failed is scaled to 0; Flux delivers nothing without it",
      "Deployment flux-system/kustomize-controller: failed does not exist; Flux delivers nothing without it",
    ]);
  });

  test("need not exist where nothing is awaited", () => {
    expect(open({}, [])).toEqual([]);
  });

  test("that nothing waits for may be scaled to 0, and are named when Git wants them and they do not run", () => {
    const root: KubeObject = {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name: "flux-system", namespace: "flux-system", generation: 1 },
      status: {
        observedGeneration: 1,
        conditions: [{ type: "Ready", status: "True" }],
        inventory: { entries: [{ id: "flux-system_helm-controller_apps_Deployment", v: "v1" }] },
      },
    };
    const kustomizations = [root];
    const none = { replicas: 0, updatedReplicas: 0, availableReplicas: 0 };
    const scaled = controller("helm-controller", { spec: { replicas: 0 }, status: none });
    expect(open({ kustomizations, workloads: [source, kustomize, scaled] })).toEqual([]);
    const workloads = [source, kustomize, controller("helm-controller", { status: down })];
    const pods = [pod("helm-controller", { reason: "Evicted", message: "low on memory" })];
    expect(open({ kustomizations, workloads, pods })).toEqual([
      "Deployment flux-system/helm-controller: progressing 0 of 1 replicas available: pod helm-controller-1: Evicted: low on memory",
    ]);
  });
});

test("a failure of Flux's objects is not final while a controller does not run: it may be the cause", () => {
  const failing: KubeObject = {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "app", namespace: "default", generation: 1 },
    status: {
      observedGeneration: 1,
      conditions: [{ type: "Ready", status: "False", reason: "ArtifactFailed", message: "connection refused" }],
    },
  };
  const kustomizations = [failing, { ...failing, spec: { suspend: true } }];
  const state = (workloads: readonly KubeObject[]) =>
    open({ kustomizations, workloads }).flatMap((line) => /^Kustomization \S+: (\S+) /.exec(line)?.[1] ?? []);
  expect(state([source, kustomize])).toEqual(["failed", "failed"]);
  expect(state([controller("source-controller", { status: down }), kustomize])).toEqual(["progressing", "failed"]);
});

test("a Kustomization that waits for another one is asked to look as soon as that is Ready", () => {
  const named = (name: string, reason: string, status: string, dependsOn: { name: string }[] = []): KubeObject => ({
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: "default", generation: 1 },
    spec: { dependsOn },
    status: { observedGeneration: 1, conditions: [{ type: "Ready", status, reason, message: "its words" }] },
  });
  const waiting = named("app", "DependencyNotReady", "False", [{ name: "base" }]);
  const asked = (base: KubeObject) =>
    deliveryHealth(
      { sources: [], kustomizations: [waiting, base], workloads: [] },
      { heads: new Map(), required: [] },
    )[0];
  expect(asked(named("base", "Progressing", "Unknown"))).toMatchObject({ ask: waiting, askAfter: 15_000 });
  // As the controller leaves a change that waits.
  const changed = { ...waiting, metadata: { ...waiting.metadata, generation: 2 } };
  const base = named("base", "Succeeded", "True");
  const view = { sources: [], kustomizations: [changed, base], workloads: [] };
  expect(deliveryHealth(view, { heads: new Map(), required: [] })[0]?.ask).toBe(changed);
  expect(asked(base)).toEqual({
    ...{ object: "Kustomization default/app", state: "progressing", message: "DependencyNotReady: its words" },
    ask: waiting,
  });
});
