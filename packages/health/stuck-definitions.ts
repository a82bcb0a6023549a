import { setTimeout as sleep } from "node:timers/promises";
import type { KubeApi } from "@timonier/kit/kube-api";
import type { KubeObject, OwnerAnnotation } from "./kube-object.js";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Finalizer of the API server, which deletes the objects of a definition first. */
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** Annotation with the time of the last {@link touchDefinition}. */
const TOUCHED_AT = "timonier/woken";

/** Milliseconds after which the deletion of a definition counts as stuck. */
const PATIENCE = 5_000;

/**
 * Reads only the metadata, because definitions are large.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches
 */
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/**
 * Whether the deletion of a CustomResourceDefinition may be stuck in the API server.
 *
 * When a definition is deleted right after its creation, the API server cannot list its objects
 * yet. It writes that into the status, mistakes its own write for a conflict at the next attempt,
 * and then tries again only with its resync of all definitions, every five minutes. A change of the
 * definition makes it try at once.
 *
 * @param now in milliseconds
 * @see
 *   https://github.com/kubernetes/apiextensions-apiserver/blob/v0.35.1/pkg/controller/finalizer/crd_finalizer.go
 */
export function isDeletionStuck({ metadata }: Pick<KubeObject, "metadata">, now: number): boolean {
  const { deletionTimestamp, finalizers = [], annotations } = metadata;
  if (deletionTimestamp === undefined || !finalizers.includes(CLEANUP)) return false;
  const since = [deletionTimestamp, annotations?.[TOUCHED_AT] ?? ""].map((time) => Date.parse(time) || 0);
  return now - Math.max(...since) > PATIENCE;
}

/** Changes an annotation of a definition, so that the API server continues its deletion. */
export async function touchDefinition(api: KubeApi, name: string, now: number): Promise<void> {
  const body = { metadata: { annotations: { [TOUCHED_AT]: new Date(now).toISOString() } } };
  // An error is ignored: the definition may be deleted by now.
  await api.call({ method: "PATCH", path: `${DEFINITIONS}/${name}`, body }).catch(() => {});
}

/**
 * Continues stuck deletions of definitions with the owner annotation until the signal aborts. Never
 * throws.
 */
export async function touchStuckDefinitions(
  api: KubeApi,
  { annotation, value }: OwnerAnnotation,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const call = { path: DEFINITIONS, accept: METADATA, signal };
    // `items` of an empty list is null in this format.
    const list = await api.call<{ items: KubeObject[] | null } | undefined>(call).catch(() => undefined);
    const now = Date.now();
    const ours = (list?.items ?? []).filter(({ metadata }) => metadata.annotations?.[annotation] === value);
    await Promise.all(
      ours.filter((one) => isDeletionStuck(one, now)).map(({ metadata }) => touchDefinition(api, metadata.name, now)),
    );
    await sleep(1_000, undefined, { signal }).catch(() => {});
  }
}
