import { setTimeout as sleep } from "node:timers/promises";
import type { KubeApi } from "@timonier/kit/kube-api";
import type { KubeObject, Mark } from "./kube-object.js";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** The API server's own: it deletes a definition's objects first. */
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** Annotation that says when a definition was last woken. */
const WOKEN = "timonier/woken";

/** Milliseconds that the API server is given to delete a definition by itself. */
const PATIENCE = 5_000;

/** Names and annotations alone: definitions are large. @see https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/**
 * Whether the API server may have forgotten that it is deleting this definition.
 *
 * One that is deleted right after it was made cannot list its objects yet. The API server writes that into its status, takes
 * its own write for somebody else's when it tries again, gives way, and then looks at it no more until it looks at all
 * definitions, every five minutes. Any change to the definition itself wakes it.
 *
 * @param now in milliseconds
 * @see https://github.com/kubernetes/apiextensions-apiserver/blob/v0.35.1/pkg/controller/finalizer/crd_finalizer.go
 */
export function isForgotten({ metadata }: Pick<KubeObject, "metadata">, now: number): boolean {
  const { deletionTimestamp, finalizers = [], annotations } = metadata;
  if (deletionTimestamp === undefined || !finalizers.includes(CLEANUP)) return false;
  const since = [deletionTimestamp, annotations?.[WOKEN] ?? ""].map((time) => Date.parse(time) || 0);
  return now - Math.max(...since) > PATIENCE;
}

/** Has the API server look at a definition again. */
export async function wake(api: KubeApi, name: string, now: number): Promise<void> {
  const body = { metadata: { annotations: { [WOKEN]: new Date(now).toISOString() } } };
  // It may have gone meanwhile, which is what is wanted.
  await api.call({ method: "PATCH", path: `${DEFINITIONS}/${name}`, body }).catch(() => {});
}

/** Wakes definitions that bear a mark and were forgotten, until it is told to stop. Never throws: others say what fails. */
export async function wakeForgotten(api: KubeApi, { annotation, value }: Mark, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const call = { path: DEFINITIONS, accept: METADATA, signal };
    // Where there is none, this form of a list has null.
    const list = await api.call<{ items: KubeObject[] | null } | undefined>(call).catch(() => undefined);
    const now = Date.now();
    const ours = (list?.items ?? []).filter(({ metadata }) => metadata.annotations?.[annotation] === value);
    await Promise.all(ours.filter((one) => isForgotten(one, now)).map(({ metadata }) => wake(api, metadata.name, now)));
    await sleep(1_000, undefined, { signal }).catch(() => {});
  }
}
