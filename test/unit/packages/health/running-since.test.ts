import { describe, expect, test } from "vitest";
import type { Condition, KubeObject, Reconciled } from "../../../../packages/health/kube-object.js";
import { findKustomization, runningSince } from "../../../../packages/health/running-since.js";

const commit = "4bce429b553d7081ee758c0e17147b101cfee4de";
const ready: Condition = { type: "Ready", status: "True", reason: "ReconciliationSucceeded", message: "applied" };

const at = (time: string) => `2026-11-29T${time}:00Z`;

/** Manifests `digest` from one time to another. */
function entry(digest: string, first: string, last: string, status = "ReconciliationSucceeded"): Reconciled {
  return { digest, firstReconciled: at(first), lastReconciled: at(last), lastReconciledStatus: status };
}

function kustomization(history: readonly Reconciled[] | undefined, changes: Partial<KubeObject> = {}): KubeObject {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "shop", namespace: "default", generation: 1 },
    status: {
      observedGeneration: 1,
      conditions: [ready],
      lastAppliedRevision: `main@sha1:${commit}`,
      inventory: { entries: [{ id: "shop_web_apps_Deployment", v: "v1" }] },
      ...(history && { history }),
    },
    ...changes,
  };
}

function deployment(name: string, availableReplicas: number, since: string): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop", generation: 1 },
    spec: { replicas: 2 },
    status: {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas,
      conditions: [{ type: "Available", status: "True", lastTransitionTime: at(since) }],
    },
  };
}

const since = (history: readonly Reconciled[], workloads: readonly KubeObject[] = []) =>
  runningSince(kustomization(history), workloads).since?.toISOString().slice(11, 16);

describe("since when manifests run", () => {
  test("since their first reconciliation, however often they were reconciled", () => {
    expect(runningSince(kustomization([entry("a", "10:00", "12:00")]), [])).toEqual({
      ready: true,
      message: "",
      revision: commit,
      since: new Date(at("10:00")),
    });
  });

  test("GIVEN others before them THEN since they replaced those", () => {
    expect(since([entry("b", "11:00", "12:00"), entry("a", "09:00", "10:50")])).toBe("11:00");
  });

  test("GIVEN manifests that came back THEN since the last reconciliation of those that they replaced", () => {
    expect(since([entry("a", "09:00", "12:00"), entry("b", "10:00", "11:50")])).toBe("11:50");
  });

  test("GIVEN a failed health check THEN since the last failure", () => {
    expect(since([entry("a", "09:00", "12:00"), entry("a", "10:00", "10:30", "HealthCheckFailed")])).toBe("10:30");
  });

  test("GIVEN a Deployment that became available later THEN since then", () => {
    const history = [entry("a", "09:00", "12:00")];
    expect(since(history, [deployment("web", 2, "10:15")])).toBe("10:15");
    expect(since(history, [deployment("web", 2, "08:00")])).toBe("09:00");
  });

  test("workloads of other applications do not matter", () => {
    expect(since([entry("a", "09:00", "12:00")], [deployment("other", 0, "11:00")])).toBe("09:00");
  });
});

describe("what does not run", () => {
  const history = [entry("a", "09:00", "12:00")];

  test("a Deployment without all of its replicas", () => {
    expect(runningSince(kustomization(history), [deployment("web", 1, "10:15")])).toEqual({
      ready: false,
      message: "Deployment shop/web: 1 of 2 replicas available",
      revision: commit,
      since: undefined,
    });
  });

  test("a Kustomization that is not Ready, has not been reconciled again, or is suspended", () => {
    const failed: Condition = { type: "Ready", status: "False", reason: "BuildFailed", message: "no such file" };
    const status = { ...kustomization(history).status, conditions: [failed] };
    const messages = [{ status }, { metadata: { name: "shop", generation: 2 } }, { spec: { suspend: true } }].map(
      (changes) => runningSince(kustomization(history, changes), []),
    );
    expect(messages.map(({ ready, message, since }) => [ready, message, since])).toEqual([
      [false, "BuildFailed: no such file", undefined],
      [false, "applied", undefined],
      [false, "is suspended", undefined],
    ]);
  });

  test("one that was never applied has no revision", () => {
    expect(runningSince(kustomization(undefined, { status: {} }), [])).toEqual({
      ready: false,
      message: "its controller has not reconciled it yet",
      revision: undefined,
      since: undefined,
    });
  });
});

test("before Flux 2.7 the time is not known", () => {
  expect(runningSince(kustomization(undefined), [deployment("web", 2, "10:15")])).toMatchObject({
    ready: true,
    since: undefined,
  });
});

test.each([
  [{ replicas: 3, updatedReplicas: 1, availableReplicas: 2 }, "1 of 2 replicas updated"],
  [{ replicas: 3, updatedReplicas: 2, availableReplicas: 3 }, "1 of the replicas before the update left"],
  [{ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }, "1 of 2 replicas available"],
  [
    { replicas: 2, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 0 },
    "its controller has not looked at it yet",
  ],
])("a rollout with %j says what it lacks", (status, message) => {
  const rolling = deployment("web", 2, "10:15");
  const workload = { ...rolling, status: { ...rolling.status, ...status } };
  expect(runningSince(kustomization([entry("a", "09:00", "12:00")]), [workload]).message).toBe(
    `Deployment shop/web: ${message}`,
  );
});

test("a Kustomization is found by its name and its source, the first one of several namespaces", () => {
  const of = (source: string, namespace: string): KubeObject => {
    const one = kustomization(undefined);
    return {
      ...one,
      metadata: { ...one.metadata, name: "web", namespace },
      spec: { sourceRef: { kind: "GitRepository", name: source } },
    };
  };
  const kustomizations = [of("flux-system", "a"), of("apps", "b"), of("apps", "c")];
  const view = { sources: [], kustomizations, workloads: [] };
  expect(findKustomization(view, "web", "apps")?.metadata.namespace).toBe("b");
  expect(findKustomization(view, "api", "apps")).toBeUndefined();
});
