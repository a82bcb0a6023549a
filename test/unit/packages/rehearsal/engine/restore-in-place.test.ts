import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { ClusterTools } from "../../../../../packages/control-plane/tools.js";
import type { KubeApi } from "../../../../../packages/kit/kube-api.js";
import { rehearsalLayout } from "../../../../../packages/rehearsal/engine/rehearsal-layout.js";
import { restoreInPlace, servedKinds } from "../../../../../packages/rehearsal/engine/restore-in-place.js";

const root = mkdtempSync(join(tmpdir(), "set-back-"));
const context = { tools: {} as ClusterTools, progress: () => {} };

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** An API server that only knows its kinds. */
function apiOf(items: readonly unknown[], groups: readonly unknown[]) {
  return { call: async ({ accept }: { accept?: string }) => (accept ? { items } : { groups }) } as unknown as KubeApi;
}

test("GIVEN a cluster that does not run WHEN restored in place THEN it is not restored, and nothing is started", async () => {
  const layout = rehearsalLayout(root);
  const record = { ports: { etcdPort: 1 } };
  expect(await restoreInPlace({ api: apiOf([], []), layout, record }, "empty", context)).toBe(false);
});

test("GIVEN the same kinds in another order, and more or less fresh WHEN they are asked for THEN they are the same; one version more is not", async () => {
  const group = (name: string, freshness: string, ...versions: string[]) => ({
    metadata: { name, creationTimestamp: null },
    versions: versions.map((version) => ({ version, freshness, resources: [{ resource: "things" }] })),
  });
  const names = (...all: string[]) => all.map((name) => ({ name, versions: [{ groupVersion: `${name}/v1` }] }));
  const base = await servedKinds(apiOf([group("a", "Current", "v1"), group("b", "Current", "v1")], names("a", "b")));
  const other = await servedKinds(apiOf([group("b", "Stale", "v1"), group("a", "Current", "v1")], names("b", "a")));
  expect(other).toEqual(base);
  const more = apiOf([group("a", "Current", "v1"), group("b", "Current", "v1", "v2")], names("a", "b"));
  expect(await servedKinds(more)).not.toEqual(base);
});
