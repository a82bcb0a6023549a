import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { converge } from "../../../../delivery/live/converge.js";
import type { ClusterView, KubeObject } from "../../../../delivery/live/objects.js";
import { type ClusterReader, ClusterUnavailable } from "../../../../delivery/live/read.js";

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
): ClusterReader {
  let looks = 0;
  const answered = new Map<string, string>();
  return {
    ask: async (object, requestedAt) => void answered.set(object.metadata.name, requestedAt),
    view: async () => {
      vi.setSystemTime(Date.now() + seconds * 1000);
      const view = views[Math.min(looks++, views.length - 1)] as ClusterView;
      const kustomizations = view.kustomizations.map((one) => {
        const lastHandledReconcileAt = controller === "answers" && answered.get(one.metadata.name);
        return { ...one, status: { ...one.status, ...(lastHandledReconcileAt && { lastHandledReconcileAt }) } };
      });
      return { ...view, kustomizations };
    },
  };
}

const options = { timeout: 60_000, progress: () => {} };

test("ends as soon as everything is ready", async () => {
  const views = [kustomization("False", "Progressing"), kustomization("True", "Succeeded")];
  await expect(converge(reader(views, 1), expected, options)).resolves.toHaveLength(1);
});

test("a failure that passes is waited for: a dependency may be late", async () => {
  const views = [kustomization("False", "BuildFailed"), kustomization("True", "Succeeded")];
  await expect(converge(reader(views, 1), expected, options)).resolves.toHaveLength(1);
});

test("a failure that stands ends the wait before the timeout, naming the object in its condition's words", async () => {
  const failing = converge(reader([kustomization("False", "BuildFailed")], 10), expected, {
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
  await expect(converge(silent, expected, options)).rejects.toThrow(
    /^the delivery: Kustomization default\/app BuildFailed/,
  );
});

test("a cluster that is silent for a moment is waited for, one that stays silent is an error before the timeout", async () => {
  const silent = new ClusterUnavailable("the cluster does not answer: starting", "https://127.0.0.1:1", "start it");
  const short = reader([kustomization("True", "Succeeded")], 10);
  let refusals = 2;
  const view = () => (refusals-- > 0 ? Promise.reject(silent) : short.view());
  await expect(converge({ ...short, view }, expected, options)).resolves.toHaveLength(1);

  const never = async () => {
    vi.setSystemTime(Date.now() + 10_000);
    throw silent;
  };
  const long = { ...options, timeout: 3_600_000 };
  await expect(converge({ ...short, view: never }, expected, long)).rejects.toBe(silent);
});

test("what never becomes ready is named at the timeout", async () => {
  const waiting = converge(reader([kustomization("False", "Progressing")], 40), expected, options);
  await expect(waiting).rejects.toThrow(/Kustomization default\/app Progressing: its words \(waited 1 m 20 s\)/);
});
