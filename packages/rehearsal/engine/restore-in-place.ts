import { isDeepStrictEqual } from "node:util";
import type { KubeApi } from "@timonier/kit/kube-api";
import { waitFor } from "@timonier/kit/wait";
import { readRegistryOf, restoreArtifacts } from "./base-store.js";
import { killClients, missingPrograms, thaw } from "./cluster-processes.js";
import type { ClusterRecord } from "./cluster-record.js";
import { type StartContext, startComponents } from "./control-plane.js";
import { readRegistry, registryChanges, writeRegistry } from "./registry.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { waitOptions } from "./wait-options.js";

/** What etcd and the API server held at a base: the cluster is restored to it without a restart of its API server. */
export interface SavedRegistry {
  /** Pairs of {@link readRegistry}. */
  readonly objects: ReadonlyArray<readonly [string, string]>;
  /** What the API server served then. */
  readonly served: unknown;
}

interface DiscoveredGroup {
  readonly metadata: { readonly name: string };
  readonly versions: ReadonlyArray<{ readonly version: string; readonly resources: unknown }>;
}

/** A cluster whose API server may run. */
interface RunningCluster {
  readonly api: KubeApi;
  readonly layout: RehearsalLayout;
  readonly record: Pick<ClusterRecord, "ports">;
}

/** How long the API server may take until it serves what it served at the base. Milliseconds. */
const SERVED = 10_000;

/** How many times etcd is compared with the base: the API server's own controllers write while it is restored. */
const ROUNDS = 5;

/**
 * Media type of aggregated discovery: every kind in every version in one response.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
const DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/**
 * Restores a running cluster to a base: etcd and the API server continue, and the differences are
 * written to etcd. A restart of the API server takes seconds, and five more until its admission
 * knows Flux's kinds again. All other programs are restarted, because they remember objects by uid.
 *
 * @returns false when nothing runs, or when the cluster does not reach the base
 */
export async function restoreInPlace(
  { api, layout, record }: RunningCluster,
  key: string,
  context: StartContext,
): Promise<boolean> {
  const missing = missingPrograms(layout);
  if (missing.includes("etcd") || missing.includes("kube-apiserver")) return false;
  try {
    await killClients(layout);
    thaw(layout);
    if (!(await api.isReady(2_000))) return false;
    const { objects, served } = await readRegistryOf<SavedRegistry>(layout, key);
    const wanted = new Map(objects);
    await restoreArtifacts(layout, key);
    for (let round = 0; ; round++) {
      const changes = registryChanges(await readRegistry(record), wanted);
      if (changes.length === 0) break;
      if (round === ROUNDS) return false;
      await writeRegistry(record, changes);
      await servesAgain(api, served, context);
    }
    startComponents(layout);
    return true;
  } catch (error) {
    context.signal?.throwIfAborted();
    context.progress(`rehearsal: restarting the API server: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

async function servesAgain(api: KubeApi, served: unknown, context: StartContext): Promise<void> {
  await waitFor({ ...waitOptions("the base's kinds", context), timeout: SERVED }, async () =>
    isDeepStrictEqual(await servedKinds(api), served)
      ? { done: true, value: undefined }
      : { done: false, missing: "the API server does not serve them yet" },
  );
}

/** Groups, versions and resources that the API server serves, sorted by name. */
export async function servedKinds(api: KubeApi): Promise<unknown> {
  const [{ items }, { groups }] = await Promise.all([
    api.call<{ items: DiscoveredGroup[] }>({ path: "/apis", accept: DISCOVERY }),
    api.call<{ groups: Array<{ name: string; versions: unknown }> }>({ path: "/apis" }),
  ]);
  return {
    items: items
      .map(({ metadata: { name }, versions }) => ({
        name,
        versions: versions.map(({ version, resources }) => ({ version, resources })),
      }))
      .sort(byName),
    groups: groups.map(({ name, versions }) => ({ name, versions })).sort(byName),
  };
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}
