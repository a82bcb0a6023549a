import { describe, expect, test } from "vitest";
import { deliveryHealth, reconciledSince, requestText } from "../../../../packages/health/delivery-health.js";
import type { ClusterView, Condition, KubeObject } from "../../../../packages/health/kube-object.js";

const url = "https://gitlab.example/root/app.git";
const head = "4bce429b553d7081ee758c0e17147b101cfee4de";
const older = "0000000000000000000000000000000000000000";

const ready: Condition = { type: "Ready", status: "True", reason: "Succeeded", message: "done" };

function source(commit: string, conditions: Condition[] = [ready]): KubeObject {
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { name: "app", namespace: "default", generation: 1 },
    spec: { url },
    status: { observedGeneration: 1, conditions, artifact: { revision: `main@sha1:${commit}` } },
  };
}

function kustomization(commit: string, conditions: Condition[] = [ready]): KubeObject {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "app", namespace: "default", generation: 1 },
    spec: { sourceRef: { kind: "GitRepository", name: "app" } },
    status: {
      observedGeneration: 1,
      conditions,
      lastAppliedRevision: `main@sha1:${commit}`,
      inventory: { entries: [{ id: "default_nginx_apps_Deployment", v: "v1" }] },
    },
  };
}

function deployment(available: number, extra: Partial<NonNullable<KubeObject["status"]>> = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "nginx", namespace: "default", generation: 2 },
    spec: { replicas: 3 },
    status: { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: available, ...extra },
  };
}

const expected = { heads: new Map([[url, head]]), required: ["Kustomization default/app"] };
const look = (view: Partial<ClusterView>) =>
  deliveryHealth({ sources: [], kustomizations: [], workloads: [], ...view }, expected).map(
    ({ object, state, message }) => `${object}: ${state} ${message}`.trim(),
  );

describe("what has arrived", () => {
  test("is ready when source, kustomization and workload are at the published revision", () => {
    expect(
      look({ sources: [source(head)], kustomizations: [kustomization(head)], workloads: [deployment(3)] }),
    ).toEqual([
      "GitRepository default/app: ready",
      "Kustomization default/app: ready",
      "Deployment default/nginx: ready",
    ]);
  });

  test("is not ready at an older revision, though every condition says Ready", () => {
    expect(look({ sources: [source(older)], kustomizations: [kustomization(older)] })).toEqual([
      "GitRepository default/app: progressing has revision 00000000, published is 4bce429b",
      "Kustomization default/app: progressing applied revision 00000000, published is 4bce429b",
    ]);
  });

  test("has to have been fetched with the present token, so that the one before it can go", () => {
    const credentials = new Map([[url, "abc"]]);
    const fetched = (lastHandledReconcileAt?: string): ClusterView => {
      const { status, ...rest } = source(head);
      const handled = lastHandledReconcileAt ? { ...status, lastHandledReconcileAt } : { ...status };
      return { sources: [{ ...rest, status: handled }], kustomizations: [], workloads: [] };
    };
    const states = [undefined, "2027-01-01T00:00:00.000Z#xyz", "2027-01-01T00:00:00.000Z#abc"].map((handled) => {
      const [finding] = deliveryHealth(fetched(handled), { heads: expected.heads, required: [], credentials });
      return [finding?.state, finding?.ask && requestText(finding.ask, { ...expected, credentials }, "now")];
    });
    expect(states).toEqual([
      ["progressing", "now#abc"],
      ["progressing", "now#abc"],
      ["ready", undefined],
    ]);
  });

  test("has to have been looked at since the cluster was started again: what it says may be from before", () => {
    const since = Date.parse("2026-11-29T10:00:00.000Z");
    const answered = (object: KubeObject, lastHandledReconcileAt: string): KubeObject => ({
      ...object,
      status: { ...object.status, lastHandledReconcileAt },
    });
    const states = (handled: string) =>
      deliveryHealth(
        {
          sources: [answered(source(head), handled)],
          kustomizations: [answered(kustomization(head), handled)],
          workloads: [],
        },
        { heads: expected.heads, required: [], since },
      ).map(({ state, ask }) => [state, ask?.kind]);
    const notYet = [
      ["progressing", "GitRepository"],
      ["progressing", "Kustomization"],
    ];
    expect(states("")).toEqual(notYet);
    expect(states("2026-11-29T09:59:59.999Z#abc")).toEqual(notYet);
    const looked = [
      ["ready", undefined],
      ["ready", undefined],
    ];
    expect(states("2026-11-29T10:00:00.000Z#abc")).toEqual(looked);
    // As `flux reconcile` and notification-controller write it.
    expect(states("2026-11-29T11:00:01.123456789+01:00")).toEqual(looked);
  });

  test("has to have been looked at since now, where the clock was set back since the cluster was started", () => {
    const started = "2026-11-29T10:00:00.000Z";
    const hour = 3_600_000;
    expect(reconciledSince(started, Date.parse(started) + hour)).toBe(Date.parse(started));
    expect(reconciledSince(started, Date.parse(started) - hour)).toBe(Date.parse(started) - hour);
    expect(reconciledSince(undefined, 0)).toBeUndefined();
  });

  test("counts only available replicas of the current generation", () => {
    const stale = deployment(3, { observedGeneration: 1 });
    const surging = deployment(3, { replicas: 4 });
    for (const workload of [deployment(2), stale, surging]) {
      expect(look({ kustomizations: [kustomization(head)], workloads: [workload] })[1]).toMatch(
        /^Deployment default\/nginx: progressing/,
      );
    }
  });

  test("leaves out workloads that Flux did not apply", () => {
    const foreign = { ...deployment(0), metadata: { name: "other", namespace: "default", generation: 2 } };
    expect(look({ kustomizations: [kustomization(head)], workloads: [foreign] })).toHaveLength(1);
  });

  test("names required objects that do not exist", () => {
    expect(look({})).toEqual(["Kustomization default/app: progressing does not exist yet"]);
  });
});

describe("what will not arrive by waiting", () => {
  test.each([
    ["BuildFailed", "failed"],
    ["HealthCheckFailed", "failed"],
    ["Progressing", "progressing"],
    ["DependencyNotReady", "progressing"],
  ])("reason %s is %s, in the condition's own words", (reason, state) => {
    const condition: Condition = { type: "Ready", status: "False", reason, message: "its words" };
    expect(look({ kustomizations: [kustomization(head, [condition])] })).toEqual([
      `Kustomization default/app: ${state} ${reason}: its words`,
    ]);
  });

  test("a stalled object is failed whatever its reason", () => {
    const conditions: Condition[] = [
      { type: "Stalled", status: "True", reason: "Whatever" },
      { type: "Ready", status: "False", reason: "Whatever", message: "its words" },
    ];
    expect(look({ sources: [source(head, conditions)] })[1]).toBe(
      "GitRepository default/app: failed Whatever: its words",
    );
  });

  test("a suspended object is failed", () => {
    const suspended = { ...source(head), spec: { url, suspend: true } };
    expect(look({ sources: [suspended] })[1]).toBe("GitRepository default/app: failed is suspended");
  });
});

describe("a Kustomization that waits for its source's artifact", () => {
  const message = "Source is not ready, artifact not found, retrying in 30s";
  const waits = kustomization(older, [{ type: "Ready", status: "False", reason: "ArtifactFailed", message }]);
  const findingWith = (...sources: KubeObject[]) =>
    deliveryHealth({ sources, kustomizations: [waits], workloads: [] }, expected).find(
      ({ object }) => object === "Kustomization default/app",
    );
  const words = `ArtifactFailed: ${message}`;

  test("is no failure: its source's is the answer", () => {
    const condition: Condition = { type: "Ready", status: "False", reason: "GitOperationFailed", message: "no access" };
    expect(findingWith(source(older, [condition]))).toEqual({
      ...{ object: "Kustomization default/app", state: "progressing", message: words },
    });
  });

  test("is asked to look as soon as there is one", () => {
    expect(findingWith(source(head))).toMatchObject({ state: "progressing", message: words, ask: waits });
  });

  test("is asked although its controller has not called the generation observed: it does so when it has applied", () => {
    const changed = { ...waits, metadata: { ...waits.metadata, generation: 2 } };
    const view = { sources: [source(head)], kustomizations: [changed], workloads: [] };
    expect(deliveryHealth(view, expected).at(-1)).toMatchObject({ state: "progressing", ask: changed });
  });

  test("fails where there is no source at all", () => {
    expect(findingWith()).toMatchObject({ state: "failed", message: words });
  });
});

test("a reconciliation whose end was never written is asked for again, but not at once", () => {
  const condition: Condition = { type: "Ready", status: "Unknown", reason: "Progressing", message: "in progress" };
  const stuck = kustomization(head, [condition]);
  const view = { sources: [source(head)], kustomizations: [stuck], workloads: [deployment(3)] };
  const finding = deliveryHealth(view, expected).find((one) => one.object === "Kustomization default/app");
  expect(finding).toMatchObject({ state: "progressing", ask: stuck, askAfter: 15_000 });
});
