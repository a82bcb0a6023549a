import { ApiError } from "@timonier/kit/kube-api";
import { ASSUMED, assumptionOf } from "../model/assumption.js";
import { type KubeObject, refOf } from "../model/kube-objects.js";
import type { RehearsalCluster } from "./rehearsal-cluster.js";

/**
 * Suspends a source, Kustomization or release that needs something out of reach, and sets it to
 * Ready, so that objects that wait for it or depend on it are reconciled: one gap must not hide the
 * rest of the tree.
 *
 * @param source source that the object reads, if any
 */
export async function assumeReady(
  cluster: RehearsalCluster,
  object: KubeObject,
  source: KubeObject | undefined,
): Promise<void> {
  const annotations = { [ASSUMED]: assumptionOf(object, source) };
  const suspended = await patch(cluster, object, "", { metadata: { annotations }, spec: { suspend: true } });
  if (suspended) await setReady(cluster, suspended);
}

/** Sets an assumed object to Ready again: a reconciliation that ran before may have changed its status. */
export async function setReady(cluster: RehearsalCluster, object: KubeObject): Promise<void> {
  const { generation } = object.metadata;
  const ready = {
    type: "Ready",
    status: "True",
    reason: "Assumed",
    message: readyMessage(object),
    lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z`,
    observedGeneration: generation,
  };
  await patch(cluster, object, "/status", { status: { observedGeneration: generation, conditions: [ready] } });
}

/** The last message of the controller, which the report repeats. */
function readyMessage(object: KubeObject): string {
  const { conditions = [] } = (object.status ?? {}) as {
    conditions?: ReadonlyArray<{ type: string; message?: string }>;
  };
  return conditions.find(({ type }) => type === "Ready")?.message ?? "it does not answer";
}

/** Withdraws an assumption, so that the controller reconciles the object. */
export async function withdrawAssumption(cluster: RehearsalCluster, object: KubeObject): Promise<void> {
  const former = object.metadata.annotations?.[ASSUMED]?.endsWith(" false") ? false : null;
  await patch(cluster, object, "", { metadata: { annotations: { [ASSUMED]: null } }, spec: { suspend: former } });
}

async function patch({ api, discovery }: RehearsalCluster, object: KubeObject, subresource: string, body: unknown) {
  const path = await discovery.path(refOf(object));
  if (path === undefined) return undefined;
  try {
    const query = { fieldManager: "timonier" };
    return await api.call<KubeObject>({ method: "PATCH", path: `${path}${subresource}`, query, body });
  } catch (error) {
    // It was deleted meanwhile.
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
