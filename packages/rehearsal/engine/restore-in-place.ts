import { isDeepStrictEqual } from "node:util";
import type { KubeApi } from "@timonier/kit/kube-api";
import { waitFor } from "@timonier/kit/wait";
import { readRegistryOf, restoreArtifacts } from "./base-store.js";
import { killClients, missingPrograms, thaw } from "./cluster-processes.js";
import type { ClusterRecord } from "./cluster-record.js";
import { type StartContext, startComponents } from "./control-plane.js";
import { readRegistry, registryChanges, writeRegistry } from "./registry.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { waitOptions } from "./waiting.js";

/** What a control plane is set back to without a new start of its API server. */
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

/** How long the API server may take until it serves what it served at the base. Milliseconds. */
const SERVED = 10_000;

/** How often what the API server's own controllers wrote meanwhile is written over. */
const ROUNDS = 5;

/** Every kind in every version, as the API server says itself. @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery */
const DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/**
 * Sets a control plane that runs back to a base: etcd and the API server go on, what differs is written to etcd. A new start of the
 * API server takes seconds, and five more until its admission knows Flux's kinds again. All other programs are started again: they
 * remember objects by uid.
 *
 * @returns false where it cannot be done: nothing runs, or it does not come to the base
 */
export async function restoreInPlace(
  api: KubeApi,
  layout: RehearsalLayout,
  record: Pick<ClusterRecord, "ports">,
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
    context.progress(`rehearsal: the API server is started again: ${error instanceof Error ? error.message : error}`);
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

/** Groups, versions and resources that the API server serves, in an order of their own. */
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
