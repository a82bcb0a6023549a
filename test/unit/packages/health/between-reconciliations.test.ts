import { expect, test } from "vitest";
import { viewBetweenReconciliations } from "../../../../packages/health/between-reconciliations.js";
import type { ClusterView, KubeObject } from "../../../../packages/health/kube-object.js";

const app = (status: string, reason: string, lastAppliedRevision?: string): KubeObject => ({
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  metadata: { name: "myapp", namespace: "default" },
  status: { conditions: [{ type: "Ready", status, reason }], ...(lastAppliedRevision && { lastAppliedRevision }) },
});

async function seen(...looks: readonly KubeObject[]): Promise<KubeObject | undefined> {
  const views = looks.map((one): ClusterView => ({ sources: [], kustomizations: [one], workloads: [] }));
  let next = 0;
  const reader = { view: async () => views[Math.min(next++, views.length - 1)] as ClusterView };
  return (await viewBetweenReconciliations(reader, { longest: 50, interval: 1 })).kustomizations[0];
}

const looking = app("Unknown", "Progressing", "main@sha1:abc");
const isReady = app("True", "ReconciliationSucceeded", "main@sha1:abc");

test("GIVEN a controller that looks at what it has applied THEN its answer is shown", async () => {
  expect(await seen(looking, looking, isReady)).toBe(isReady);
  const failed = app("False", "ReconciliationFailed", "main@sha1:abc");
  expect(await seen(looking, failed)).toBe(failed);
});

test("GIVEN a look that does not end, or a first one, THEN it is shown as it is", async () => {
  expect(await seen(looking)).toBe(looking);
  const first = app("Unknown", "Progressing");
  expect(await seen(first, isReady)).toBe(first);
});
