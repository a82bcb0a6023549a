import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type KubeApi } from "@timonier/kit/kube-api";
import { type KubeObject, keyOf, type Snapshot } from "../model/kube-objects.js";
import { type DiscoveredGroup, groupsOf, type ListedKind, listedKinds, ownerSelectors } from "../model/listed-kinds.js";
import type { Unlisted } from "../model/revision-state.js";

/**
 * Media type of aggregated discovery: all kinds in one response.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
const DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** All objects of the cluster, and the kinds that the API server could not list. */
export interface Taken {
  readonly snapshot: Snapshot;
  readonly unlisted: readonly Unlisted[];
}

/** Lists each kind once, independent of its versions. */
export async function takeSnapshot(api: KubeApi): Promise<Taken> {
  const { kinds, unlisted } = listedKinds(await discover(api));
  const lists = await Promise.all(kinds.map((kind) => listKind(api, kind)));
  const snapshot = new Map<string, KubeObject>();
  for (const object of lists.flatMap(({ objects }) => objects)) snapshot.set(keyOf(object), object);
  return { snapshot: [...snapshot.values()], unlisted: [...unlisted, ...lists.flatMap((list) => list.unlisted)] };
}

async function discover(api: KubeApi): Promise<DiscoveredGroup[]> {
  const outcomes = await Promise.all(
    ["/api", "/apis"].map((path) => api.call<{ items: DiscoveredGroup[] }>({ path, accept: DISCOVERY })),
  );
  return groupsOf(outcomes.flatMap(({ items }) => items));
}

/**
 * Objects of one kind. A kind whose server does not answer is returned as not listed, so that the
 * rehearsal continues.
 */
async function listKind(
  api: KubeApi,
  kind: ListedKind,
): Promise<{ readonly objects: readonly KubeObject[]; readonly unlisted: readonly Unlisted[] }> {
  const selectors = kind.labelled ? ownerSelectors : [undefined];
  try {
    const lists = await Promise.all(selectors.map((selector) => listAll(api, kind, selector)));
    return { objects: lists.flat(), unlisted: [] };
  } catch (error) {
    if (!(error instanceof ApiError && error.code >= 500)) throw error;
    return { objects: [], unlisted: [{ apiVersion: kind.apiVersion, kind: kind.kind, message: error.message }] };
  }
}

/** Most attempts to list a kind: the API server opens the storage of a new kind with the first request. */
const TRIES = 60;

/** Objects of one kind, with apiVersion and kind, which the items of a list lack. */
async function listAll(
  api: KubeApi,
  { apiVersion, kind, path }: ListedKind,
  labelSelector: string | undefined,
): Promise<KubeObject[]> {
  for (let tries = 1; ; tries++) {
    try {
      const list = await api.call<{ items: Array<Omit<KubeObject, "apiVersion" | "kind">> }>({
        path,
        ...(labelSelector && { query: { labelSelector } }),
      });
      return (list.items ?? []).map((item) => ({ ...item, apiVersion, kind }) as unknown as KubeObject);
    } catch (error) {
      if (error instanceof ApiError && (error.code === 404 || error.code === 405)) return [];
      if (!(error instanceof ApiError && error.code === 429) || tries === TRIES) throw error;
      await sleep(100);
    }
  }
}
