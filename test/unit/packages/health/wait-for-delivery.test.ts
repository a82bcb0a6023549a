import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ClusterReader, ClusterUnavailable } from "../../../../packages/health/cluster-reader.js";
import { type ClusterView, type KubeObject, REQUESTED_AT } from "../../../../packages/health/kube-object.js";
import type { Pod } from "../../../../packages/health/pod-reason.js";
import { waitForDelivery } from "../../../../packages/health/wait-for-delivery.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const expected = { heads: new Map<string, string>(), required: [] };

function kustomization(status: "True" | "False", reason: string): ClusterView {
  const object: KubeObject = {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "app", namespace: "default", generation: 1 },
    status: { observedGeneration: 1, conditions: [{ type: "Ready", status, reason, message: "its words" }] },
  };
  return { sources: [], kustomizations: [object], workloads: [] };
}

/** Each look sees the next view, the last one for ever, and takes `seconds`. */
function reader(
  views: readonly ClusterView[],
  seconds: number,
  controller: "answers" | "is silent" = "answers",
): Pick<ClusterReader, "ask" | "view"> {
  let looks = 0;
  const asked = new Map<string, string>();
  return {
    ask: async (object, requestedAt) => void asked.set(object.metadata.name, requestedAt),
    view: async () => {
      vi.setSystemTime(Date.now() + seconds * 1000);
      const view = views[Math.min(looks++, views.length - 1)] as ClusterView;
      const kustomizations = view.kustomizations.map((one) => {
        const requested = asked.get(one.metadata.name);
        if (requested === undefined) return one;
        const annotations = { [REQUESTED_AT]: requested };
        const answer = controller === "answers" && { lastHandledReconcileAt: requested };
        return { ...one, metadata: { ...one.metadata, annotations }, status: { ...one.status, ...answer } };
      });
      return { ...view, kustomizations };
    },
  };
}

// The clock moves by looks: waiting between them would only cost the test's own time.
const options = { timeout: 60_000, interval: 0, progress: () => {} };

test("ends as soon as everything is ready", async () => {
  const views = [kustomization("False", "Progressing"), kustomization("True", "Succeeded")];
  await expect(waitForDelivery(reader(views, 1), expected, options)).resolves.toHaveLength(1);
});

test("a failure that passes is waited for: a dependency may be late", async () => {
  const views = [kustomization("False", "BuildFailed"), kustomization("True", "Succeeded")];
  await expect(waitForDelivery(reader(views, 1), expected, options)).resolves.toHaveLength(1);
});

test("a failure that stands ends the wait before the timeout, naming the object in its condition's words", async () => {
  const failing = waitForDelivery(reader([kustomization("False", "BuildFailed")], 10), expected, {
    ...options,
    timeout: 3_600_000,
  });
  await expect(failing).rejects.toMatchObject({
    what: "the delivery failed: BuildFailed: its words",
    where: "Kustomization default/app",
  });
});

test("a failure from before is not believed until its controller has looked again", async () => {
  const silent = reader([kustomization("False", "BuildFailed")], 10, "is silent");
  await expect(waitForDelivery(silent, expected, options)).rejects.toThrow(
    /^the delivery: Kustomization default\/app BuildFailed/,
  );
});

test("a cluster that is silent for a moment is waited for, one that stays silent is an error before the timeout", async () => {
  const silent = new ClusterUnavailable("the cluster does not answer: starting", "https://127.0.0.1:1", "start it", {
    code: "TIM-302",
  });
  const short = reader([kustomization("True", "Succeeded")], 10);
  let refusals = 2;
  const view = () => (refusals-- > 0 ? Promise.reject(silent) : short.view());
  await expect(waitForDelivery({ ...short, view }, expected, options)).resolves.toHaveLength(1);

  const never = async () => {
    vi.setSystemTime(Date.now() + 10_000);
    throw silent;
  };
  const long = { ...options, timeout: 3_600_000 };
  await expect(waitForDelivery({ ...short, view: never }, expected, long)).rejects.toBe(silent);
});

test("what never becomes ready is named at the timeout", async () => {
  const waiting = waitForDelivery(reader([kustomization("False", "Progressing")], 40), expected, options);
  await expect(waiting).rejects.toThrow(/Kustomization default\/app Progressing: its words \(waited 1 m 20 s\)/);
});

test("a failure that passes and comes back has to stand for the whole time again", async () => {
  const [failing, ready] = [kustomization("False", "BuildFailed"), kustomization("False", "Progressing")];
  const views = [failing, failing, ready, failing, kustomization("True", "Succeeded")];
  await expect(waitForDelivery(reader(views, 2), expected, options)).resolves.toHaveLength(1);
});

test("a request that the cluster does not take just now is made again", async () => {
  const down = new ClusterUnavailable("the cluster does not answer: starting", "https://127.0.0.1:1", "start it", {
    code: "TIM-302",
  });
  const views = [kustomization("False", "BuildFailed"), kustomization("True", "Succeeded")];
  const working = reader(views, 1);
  const ask = vi.fn(working.ask).mockRejectedValueOnce(down);
  await expect(waitForDelivery({ ...working, ask }, expected, options)).resolves.toHaveLength(1);
});

test("an object whose controller has answered and changed nothing is asked again, more and more rarely", async () => {
  const waits = "Source artifact not found, retrying in 30s";
  const source: KubeObject = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { name: "app", namespace: "default", generation: 1 },
    status: { observedGeneration: 1, conditions: [{ type: "Ready", status: "True" }] },
  };
  const [object] = kustomization("False", "ArtifactFailed").kustomizations;
  const waiting: KubeObject = {
    ...(object as KubeObject),
    spec: { sourceRef: { kind: "GitRepository", name: "app" } },
    status: {
      observedGeneration: 1,
      conditions: [{ type: "Ready", status: "False", reason: "ArtifactFailed", message: waits }],
    },
  };
  const working = reader([{ sources: [source], kustomizations: [waiting], workloads: [] }], 1);
  const times: number[] = [];
  const ask: ClusterReader["ask"] = (...request) => {
    times.push(Math.round(Date.now() / 1000));
    return working.ask(...request);
  };
  await expect(waitForDelivery({ ...working, ask }, expected, { ...options, timeout: 30_000 })).rejects.toThrow(waits);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 2, 6, 14, 22]);
});

test("a controller that is scaled to 0 ends the wait in seconds, with the command that starts it", async () => {
  const scaled: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "source-controller", namespace: "flux-system" },
    spec: { replicas: 0 },
  };
  const view = { ...kustomization("False", "BuildFailed"), workloads: [scaled] };
  const start = Date.now();
  const ended = waitForDelivery(reader([view], 1), expected, { ...options, timeout: 3_600_000 });
  await expect(ended).rejects.toMatchObject({
    what: "the delivery failed: is scaled to 0; Flux delivers nothing without it",
    where: "Deployment flux-system/source-controller",
    fix: "`kubectl -n flux-system scale deployment source-controller --replicas 1`, then `npm run up`",
  });
  expect(Date.now() - start).toBeLessThan(10_000);
});

test("a controller in a crash loop is waited for and named with its pod's reason at the timeout", async () => {
  const crashing: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "source-controller", namespace: "flux-system" },
    spec: { selector: { matchLabels: { app: "source-controller" } } },
  };
  const pod: Pod = {
    metadata: { name: "source-controller-1", namespace: "flux-system", labels: { app: "source-controller" } },
    status: {
      containerStatuses: [
        {
          restartCount: 4,
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { exitCode: 1, message: "no such flag" } },
        },
      ],
    },
  };
  const view = { ...kustomization("False", "BuildFailed"), workloads: [crashing], pods: [pod] };
  const said: string[] = [];
  const progress = (line: string) => void said.push(line);
  const reason =
    "Deployment flux-system/source-controller no replica is available: pod source-controller-1: CrashLoopBackOff after 4 restarts, exit code 1: no such flag";
  await expect(waitForDelivery(reader([view], 10), expected, { ...options, progress })).rejects.toThrow(reason);
  expect(said[0]).toContain(reason);
});
